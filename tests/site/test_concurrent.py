"""Real server threads: two edits of one version, one key at once; a killed server loses nothing."""

from __future__ import annotations

import http.client
import json
import os
import socket
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from tuijin.ledger import scope
from tuijin.ledger.models import Place, Project, TrailEvent, User
from tuijin.site import rates, tokens

ROOT = Path(__file__).parents[2]


@pytest.fixture
def server(live_server: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(rates, "PER_USER", 10**9)
    Place.objects.create(code="150222", name="固阳县", level="county")
    user = User.objects.create(username="editor", display_name="填报员", role="place_editor")
    user.places.add("150222")
    with scope.active(scope.build_scope(user)):
        token = tokens.create(user, name="test")
    return Server(live_server.thread.host, live_server.thread.port, token)


class Server:
    def __init__(self, host: str, port: int, token: str) -> None:
        self.host, self.port = host, port
        self.head = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, Any, str]:
        connected = http.client.HTTPConnection(self.host, self.port, timeout=30)
        names = {name.replace("_", "-"): value for name, value in headers.items()}
        sent = None if body is None else json.dumps(body)
        connected.request(method, f"/api/v1/{path}", sent, {**self.head, **names})
        answer = connected.getresponse()
        found = answer.status, json.loads(answer.read()), answer.headers.get("ETag", "")
        connected.close()
        return found

    def at_once(self, *calls: tuple[Any, ...]) -> list[tuple[int, Any, str]]:
        """Send several requests at the same moment, each from its own thread."""
        barrier, found = threading.Barrier(len(calls)), []

        def send(method: str, path: str, body: Any, headers: dict[str, str]) -> None:
            barrier.wait()
            found.append(self.ask(method, path, body, **headers))

        threads = [threading.Thread(target=send, args=call) for call in calls]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return found


@pytest.mark.django_db(transaction=True)
def test_two_edits_of_one_version(server):
    made = server.ask("POST", "projects", {"name": "项目", "place": "150222"})
    path, etag = f"projects/{made[1]['id']}", made[2]
    for turn in range(10):
        answers = server.at_once(
            *(("PATCH", path, {"name": f"{turn}-{n}"}, {"If_Match": etag}) for n in range(4))
        )
        statuses = sorted(status for status, _, _ in answers)
        assert statuses == [200, 412, 412, 412]
        etag = next(tag for status, _, tag in answers if status == 200)
        assert all(body == {"etag": etag} for status, body, _ in answers if status == 412)
    with scope.active(scope.system_scope("test")):
        assert Project.objects.get().version == 11
        assert TrailEvent.objects.filter(action="change").count() == 10


@pytest.mark.django_db(transaction=True)
def test_one_key_sent_at_once_has_one_effect(server):
    for turn in range(6):
        body, key = {"name": f"项目 {turn}", "place": "150222"}, {"Idempotency_Key": f"k{turn}"}
        answers = server.at_once(*(("POST", "projects", body, key) for _ in range(4)))
        assert {status for status, _, _ in answers} <= {201, 409}
        assert len({body["id"] for status, body, _ in answers if status == 201}) == 1
    with scope.active(scope.system_scope("test")):
        assert Project.objects.count() == 6


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_killed_server_loses_nothing_it_acknowledged(tmp_path):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    done = subprocess.run(
        [sys.executable, "-m", "bench.kills_edits", "--kills", "10", "--port", str(port)],
        capture_output=True, text=True, cwd=ROOT, timeout=560, check=False,
        env={**os.environ, "TUIJIN_HOME": str(tmp_path),
             "DJANGO_SETTINGS_MODULE": "tuijin.site.settings"},
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr[-3000:]
    found = json.loads(done.stdout.splitlines()[-1])
    assert found["faults"] == []
    assert found["acknowledged"] > 10
