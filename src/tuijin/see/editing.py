"""What people change on a project page: columns, a report, a reason. Lights follow the trail."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import IntegrityError, transaction

from tuijin.errors import Conflict
from tuijin.ledger import corrections, kept, records
from tuijin.ledger.incoming import derive_key
from tuijin.ledger.models import Node, ProgressReport, Project


def create_project(columns: Mapping[str, Any]) -> Project:
    """
    Put a project on record under the key that an import of the same project would give it.

    Raises
    ------
    Conflict
        If it is on record already.
    """
    key = derive_key(
        "project", code=columns["code"], place=columns["place_id"], name=columns["name"]
    )
    project = Project(key=key, **columns)
    try:
        records.save_new([project])
    except IntegrityError as error:
        raise Conflict("同一代码，或同一地区的同名项目已经在账", code="project_exists") from error
    return project


def change_project(
    project: Project, changes: Mapping[str, Any], *, seen_version: int, reason: str
) -> bool:
    """
    Save the columns of a project; whether some wait for a second person.

    Raises
    ------
    VersionConflict
        If somebody else saved after `seen_version`.
    ImportFailed, Conflict
        If something would wait and there is no reason, or something waits already.
    """
    versions = {project.pk: seen_version}
    return bool(
        corrections.change_projects({project.pk: changes}, reason=reason, versions=versions)
    )


def change_many(project_ids: Sequence[int], *, column: str, value: str) -> int:
    """Set one column of several projects; all or nothing."""
    return records.change(
        Project, {pk: {column: value} for pk in project_ids}, action="bulk_change"
    )


def record_report(project: Project, period: str, values: Mapping[str, Any]) -> None:
    """
    Record a report; one of the same period is corrected by it, and stays.

    Raises
    ------
    Conflict
        If somebody else's report of the period is on record, which the reporter may not see.
    """
    with transaction.atomic():
        old = ProgressReport.objects.filter(project=project, period=period, is_current=True).first()
        if old is None:
            fresh = ProgressReport(project=project, period=period, **values)
            try:
                with transaction.atomic():
                    records.save_new([fresh])
            except IntegrityError as error:
                raise Conflict("这一期的进度已由他人填报，请联系项目办", code="exists") from error
        else:
            records.correct_many(ProgressReport, {old.pk: values})
        kept.refresh([project.key])


def record_reason(project: Project, node: str, reason: str) -> None:
    """Record the good reason why a node is late."""
    with transaction.atomic():
        old = Node.objects.filter(project=project, node=node, is_current=True).first()
        if old is None:
            records.save_new([Node(project=project, node=node, reason=reason)])
        else:
            records.correct_many(Node, {old.pk: {"reason": reason}})
