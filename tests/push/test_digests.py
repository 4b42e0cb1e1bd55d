"""Digests over a real mail server and a real hook on loopback; quiet hours; one a day."""

from __future__ import annotations

import asyncio
import json
import socket
import threading
from dataclasses import replace
from datetime import datetime, time, timedelta
from email import message_from_bytes, policy
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from zoneinfo import ZoneInfo

import pytest
from aiosmtpd.controller import Controller
from django.conf import settings as django_settings
from django.db import connection
from django_tasks_db.models import DBTaskResult

from tests.push.conftest import MONDAY, on
from tests.push.test_issues import moved, raised
from tuijin.errors import Unavailable, UsageError
from tuijin.ledger import chain, scope, trail
from tuijin.push import beat, checkpoints, digests, ways_out
from tuijin.push.models import Digest, NoticeChoice

ZONE = ZoneInfo("Asia/Shanghai")
TUESDAY = MONDAY + timedelta(days=1)


def at(hour, day=TUESDAY):
    return datetime.combine(day, time(hour), tzinfo=ZONE)


class Box:
    """Keeps what arrives; refuses while told to."""

    def __init__(self):
        self.letters, self.refuses, self.slow_s = [], False, 0

    async def handle_DATA(self, server, session, envelope):  # noqa: N802  the library's name
        await asyncio.sleep(self.slow_s)
        if self.refuses:
            return "451 try later"
        self.letters.append(message_from_bytes(envelope.content, policy=policy.default))
        return "250 OK"


@pytest.fixture
def mail(settings):
    box = Box()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    controller = Controller(box, hostname="127.0.0.1", port=port)
    controller.start()
    settings.CONFIG = replace(django_settings.CONFIG, smtp=f"smtp://127.0.0.1:{port}")
    yield box
    controller.stop()


@pytest.fixture
def hook(settings):
    posts = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            posts.append(json.loads(body))
            self.send_response(302 if self.path == "/away" else 204)
            self.send_header("Location", "http://127.0.0.1:1/")
            self.end_headers()

        def log_message(self, *args):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    base = f"http://127.0.0.1:{server.server_port}"
    settings.CONFIG = replace(django_settings.CONFIG, hook=f"{base}/in", hook_hosts=(base,))
    yield base, posts
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def busy(api, city):
    with on(MONDAY):
        moved(api, "office", raised(api), "assign", owner_unit="局", owner="officer")
    choice = {"email": "o@example.org", "by_mail": True, "by_hook": True}
    NoticeChoice.objects.create(user=city.users["officer"], **choice)
    return city


def test_one_letter_a_day_outside_quiet_hours(busy, mail):
    assert digests.deliver(now=at(7)) == 0  # quiet until eight
    assert digests.deliver(now=at(8)) == 1
    assert digests.deliver(now=at(9)) == 0
    (letter,) = mail.letters
    assert letter["To"] == "o@example.org"
    assert letter["Subject"] == "【推进】每日摘要 2025-09-16：逾期 0 件，七日内到期 1 件"
    assert "2025-09-18  交办  用地指标未落实" in letter.get_content()
    assert "交办给您：用地指标未落实" in letter.get_content()


def test_the_weekly_letter_takes_the_daily_one_s_place(busy, mail):
    monday = MONDAY + timedelta(days=7)
    assert digests.deliver(now=at(8, monday)) == 1
    assert "每周摘要" in mail.letters[0]["Subject"]
    assert "逾期 1 件" in mail.letters[0]["Subject"]


def test_a_letter_is_tried_three_times(busy, mail):
    mail.refuses = True
    for hour in (8, 9, 10, 11):
        assert digests.deliver(now=at(hour)) == 0
    assert Digest.objects.get(way="mail").tries == 3
    mail.refuses = False
    assert digests.deliver(now=at(12)) == 0


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("slow_s", [0, 0.3])
def test_workers_at_once_send_one_letter(busy, mail, slow_s):
    NoticeChoice.objects.update(by_hook=False)
    mail.slow_s, barrier, sent = slow_s, threading.Barrier(3), []

    def work():
        barrier.wait()
        sent.append(digests.deliver(now=at(8)))
        connection.close()

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(sent) == [0, 0, 1]
    assert len(mail.letters) == 1
    assert Digest.objects.get().tries == 1


def test_who_dispatches_is_told_of_what_waits_for_them(api, city, mail):
    with on(MONDAY):
        for number in range(22):
            raised(api, title=f"事项{number}")
    for name in ("office", "leader"):
        choice = {"email": f"{name}@example.org", "by_mail": True}
        NoticeChoice.objects.create(user=city.users[name], **choice)
    assert digests.deliver(now=at(8)) == 1  # nothing waits for the leader
    (letter,) = mail.letters
    assert letter["To"] == "office@example.org"
    assert "逾期 22 件" in letter["Subject"]
    assert "2025-09-15  收集  事项0" in letter.get_content()
    assert "另有 2 条" in letter.get_content()


def test_rights_are_those_of_the_moment(busy, mail):
    busy.users["officer"].projects.through.objects.all().delete()
    with on(TUESDAY):
        NoticeChoice.objects.update(by_hook=False)
    digests.deliver(now=at(8))
    assert not any("用地指标" in letter.get_content() for letter in mail.letters)


def test_nothing_leaves_unless_somebody_chose_it(busy, mail):
    NoticeChoice.objects.update(by_mail=False)
    assert digests.deliver(now=at(8)) == 0
    assert mail.letters == []


def test_the_hook_is_called_once(busy, hook):
    _, posts = hook
    assert digests.deliver(now=at(8)) == 1
    assert digests.deliver(now=at(9)) == 0
    assert posts[0]["to"] == "officer"
    assert "用地指标未落实" in posts[0]["text"]


def test_the_hook_follows_no_redirect(hook):
    base, posts = hook
    with pytest.raises(Unavailable):
        ways_out.post_hook(f"{base}/away", hosts=(base,), to="x", text="y")
    assert len(posts) == 1


@pytest.mark.parametrize(
    ("address", "hosts"),
    [
        ("https://im.example.org/x", ()),
        ("http://im.example.org/x", ("im.example.org",)),  # not https, and not named so
        ("https://im.example.org:8443/x", ("im.example.org",)),
        ("https://user@im.example.org/x", ("im.example.org",)),
        ("https://im.example.org.evil.org/x", ("im.example.org",)),
        ("ftp://im.example.org/x", ("ftp://im.example.org:80",)),
        ("/x", ("im.example.org",)),
    ],
)
def test_other_hosts_are_refused(address, hosts):
    with pytest.raises(UsageError):
        ways_out.check_hook(address, hosts=hosts)


def test_a_listed_host_is_allowed():
    found = ways_out.check_hook("https://im.example.org./in?k=1", hosts=("im.example.org",))
    assert found == ("im.example.org", 443, True, "/in?k=1")


@pytest.mark.parametrize(("start", "end", "hour", "wanted"), [
    (20, 8, 21, True), (20, 8, 3, True), (20, 8, 8, False), (20, 8, 12, False),
    (12, 14, 13, True), (12, 14, 14, False), (0, 0, 5, False),
])  # fmt: skip
def test_quiet_hours(start, end, hour, wanted):
    choice = NoticeChoice(quiet_from=time(start), quiet_until=time(end))
    assert digests.is_quiet(choice, time(hour)) is wanted


def test_a_checkpoint_is_mailed_to_who_keeps_it(mail, settings, tmp_path, db):
    home = {"checkpoints": tmp_path / "own.jsonl", "checkpoint_mail": "audit@city.invalid"}
    settings.CONFIG = replace(settings.CONFIG, **home)
    with scope.active(scope.system_scope("test")):
        trail.append([trail.Event("x", "y", "1", {})])
        assert checkpoints.mail_checkpoint(on=TUESDAY)
        (letter,) = mail.letters
        assert letter["To"] == "audit@city.invalid"
        saved = tmp_path / "saved.eml"
        saved.write_bytes(letter.as_bytes())
        (point,) = chain.read_checkpoints(saved)
        assert [point] == chain.read_checkpoints()
        assert chain.check([point]).is_whole
        mail.refuses = True
        assert not checkpoints.mail_checkpoint(on=TUESDAY)
        settings.CONFIG = replace(settings.CONFIG, checkpoint_mail="")
        assert not checkpoints.mail_checkpoint(on=TUESDAY)


@pytest.mark.django_db(transaction=True)
def test_one_run_waits_for_the_hour_whoever_sees_to_it():
    for _ in range(5):
        DBTaskResult.objects.all().delete()
        barrier = threading.Barrier(4)

        def work(barrier=barrier):
            barrier.wait()
            beat.expect_hour()
            connection.close()

        threads = [threading.Thread(target=work) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert DBTaskResult.objects.count() == 1
