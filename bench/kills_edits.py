"""
Kill a real server with SIGKILL while people edit through the API, and count what is lost.

    python bench/kills_edits.py [--kills 1000] [--seed N] [--port 8105]

Four clients change their own project again and again, each with the ETag it saw. The server, all
its processes at once, is killed at a random moment and started anew. Then: every acknowledged edit
is there or followed by a later one of the same client; what is there was sent; each project's last
event says what the project says; the chain of the trail is unbroken.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass, field

os.environ.setdefault("TUIJIN_HOME", tempfile.mkdtemp(prefix="tuijin-kills-"))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tuijin.site.settings")

import django

django.setup()

from django.core.management import call_command
from django.db import connection

from tuijin.ledger import chain, records, scope
from tuijin.ledger.models import Place, Project, TrailEvent, User
from tuijin.site import tokens

CLIENTS = 4


@dataclass
class Editor:
    """One client with its project; `sent` and `kept` are the last numbers sent and acknowledged."""

    number: int
    project_id: int
    token: str
    sent: int = 0
    kept: int = 0
    acknowledged: int = 0
    errors: list[str] = field(default_factory=list)

    def edit(self, port: int) -> None:
        """Edit until the server is gone."""
        connected = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
        address = f"/api/v1/projects/{self.project_id}"
        head = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        try:
            connected.request("GET", address, headers=head)
            etag = self._read(connected, 200)
            while True:
                self.sent += 1
                body = json.dumps({"summary": f"edit {self.sent}"})
                connected.request("PATCH", address, body, {**head, "If-Match": etag})
                etag = self._read(connected, 200)
                self.kept = self.sent
                self.acknowledged += 1
        except (OSError, http.client.HTTPException):
            return  # killed
        finally:
            connected.close()

    def _read(self, connected: http.client.HTTPConnection, wanted: int) -> str:
        answer = connected.getresponse()
        body = answer.read()
        if answer.status != wanted:
            self.errors.append(f"{answer.status} {body[:200]!r}")
            raise http.client.HTTPException
        return answer.headers["ETag"]


def prepare() -> list[Editor]:
    """Make the tables, a project and a token for each client."""
    call_command("migrate", interactive=False, verbosity=0)
    with scope.active(scope.system_scope("kills")):
        Place.objects.create(code="150222", name="固阳县", level="county")
        projects = [
            Project(key=f"kill-{n}", name=f"样例 {n}", place_id="150222") for n in range(CLIENTS)
        ]
        records.save_new(projects)
    editors = []
    for number, project in enumerate(projects):
        user = User.objects.create(
            username=f"editor-{number}", display_name="填报员", role="place_editor"
        )
        user.places.add("150222")
        with scope.active(scope.build_scope(user)):
            token = tokens.create(user, name="kills")
        editors.append(Editor(number, project.pk, token))
    return editors


def start_server(port: int) -> subprocess.Popen[bytes]:
    """Start granian as `tuijin up` does, in a process group of its own."""
    command = [
        sys.executable, "-m", "granian", "--interface", "wsgi", "--port", str(port), "--workers",
        "1", "--blocking-threads", "4", "--no-access-log", "--log-level", "error",
        "tuijin.site.wsgi:application",
    ]  # fmt: skip
    server = subprocess.Popen(command, start_new_session=True)
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            probe = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            probe.request("GET", "/sign-in/")
            probe.getresponse().read()
            return server
        except OSError:
            time.sleep(0.05)
    raise TimeoutError("the server did not start in 60 s")


def run_once(editors: list[Editor], *, port: int, rng: random.Random) -> None:
    server = start_server(port)
    threads = [threading.Thread(target=editor.edit, args=(port,)) for editor in editors]
    for thread in threads:
        thread.start()
    time.sleep(rng.uniform(0.05, 0.8))
    os.killpg(server.pid, signal.SIGKILL)
    server.wait()
    for thread in threads:
        thread.join()


def find_faults(editors: list[Editor]) -> list[str]:
    """What the database does not hold as it was acknowledged."""
    faults = [error for editor in editors for error in editor.errors]
    with scope.active(scope.system_scope("kills")):
        for editor in editors:
            text = Project.objects.get(pk=editor.project_id).summary
            there = int(text.removeprefix("edit ") or 0)
            if not editor.kept <= there <= editor.sent:
                faults.append(f"acknowledged {editor.kept}, sent {editor.sent}, there is {there}")
            events = TrailEvent.objects.filter(project_id=editor.project_id)
            last = events.filter(action="change").order_by("-seq").first()
            told = last.changes["summary"][1] if last else ""
            if told != text:
                faults.append(f"the trail says {told!r}, the project {text!r}")
            editor.sent = editor.kept = there
    finding = chain.check()
    if not finding.is_whole:
        faults.append(f"trail: {finding}")
    connection.close()
    return faults


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--port", type=int, default=8105)
    args = parser.parse_args()
    rng, faults = random.Random(args.seed), []
    editors = prepare()
    for number in range(args.kills):
        run_once(editors, port=args.port, rng=rng)
        faults += [f"kill {number}: {fault}" for fault in find_faults(editors)]
    acknowledged = sum(editor.acknowledged for editor in editors)
    print(json.dumps({"kills": args.kills, "acknowledged": acknowledged, "faults": faults}))
    return 1 if faults or not acknowledged else 0


if __name__ == "__main__":
    sys.exit(main())
