"""Who answers for the projects of the example: its accounts, which are roles and not people."""

from __future__ import annotations

from datetime import date

from tuijin.ledger.models import Project, User
from tuijin.push import officers


def assign_example_officers(*, on: date) -> None:
    """Let each example officer answer for the projects the account sees, with a department."""
    department = User.objects.get(username="city_department")
    for user in User.objects.filter(is_example=True, role="place_officer").order_by("pk"):
        for project in Project.objects.filter(user=user).order_by("pk"):
            officers.assign(
                project, kind="officer", holder=user.display_name, user=user, starts_on=on
            )
            officers.assign(
                project, kind="department", holder=department.display_name, user=department,
                starts_on=on,
            )  # fmt: skip
