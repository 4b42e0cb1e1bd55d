"""`/healthz` says 200 only when web, database and worker are up."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.test import Client

from tuijin.site import worker

pytestmark = pytest.mark.django_db


def test_without_a_worker_it_is_not_well() -> None:
    answer = Client().get("/healthz")
    assert (answer.status_code, answer.json()["worker"]) == (503, "down")


def test_with_a_worker_it_is_well() -> None:
    with worker.held(settings.CONFIG.home):
        answer = Client().get("/healthz")
    assert (answer.status_code, answer.json()["worker"]) == (200, "up")
