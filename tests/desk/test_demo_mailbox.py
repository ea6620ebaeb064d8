"""The demo mailbox: what the real channels send arrives in it, and nobody else has such a page."""

import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import NoReverseMatch, reverse
from django.utils import timezone

from apps.accounts.enums import Role
from apps.desk.arrived import MOST, arrived, keep
from apps.desk.checks import no_demo_mailbox
from apps.notifications.channels import Message, channel
from apps.notifications.enums import Effect
from config import urls as _read_as_it_is_elsewhere  # noqa: F401  # before a test has a mailbox
from launch import providers
from launch.ports import free_port
from tests.factories.accounts import UserFactory, sign_in
from tests.waiting import LIMIT

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def folder(tmp_path: Path, settings: Any) -> Path:
    settings.DEMO_MAILBOX = str(tmp_path / "outside")
    settings.ROOT_URLCONF = "tests.desk.mailbox_urls"
    return tmp_path / "outside"


@pytest.fixture
def companies(folder: Path, settings: Any) -> Iterator[None]:
    """The process as bin/up runs it, and the settings it gives the product."""
    ports = {name: free_port() for name in providers.PORTS}
    added = providers.environment({}, folder, ports)
    for name, text in added.items():
        old = getattr(settings, name)
        setattr(settings, name, bool(int(text)) if isinstance(old, bool) else type(old)(text))
    env = {**os.environ, **added, "DJANGO_SETTINGS_MODULE": "config.settings"}
    argv = [sys.executable, *providers.words(ports)]
    running = subprocess.Popen(argv, cwd=ROOT, env=env)
    until = time.monotonic() + 3 * LIMIT
    try:
        while time.monotonic() < until:
            assert running.poll() is None
            with suppress(OSError), urllib.request.urlopen(f"{settings.SMS_URL}/healthz"):
                break
            time.sleep(0.05)
        yield
    finally:
        running.terminate()
        running.wait()


def message(address: str, **more: Any) -> Message:
    given = {
        "subject": "您的个案",
        "text": "已找到，<b>明早</b>派送：https://yp.example/c/1",
        **more,
    }
    return Message(
        delivery_id=1, topic="case.reply", recipient="phone:x", address=address,
        language="zh-hans", key="ab" * 16, number=1, at=timezone.now(), **given,
    )  # fmt: skip


def test_what_the_channels_send_is_on_the_page(companies: None, client: Client) -> None:
    mail = channel("email").send(message("buyer@mail.example"))
    sms = channel("sms").send(message("+8613800000001", fields={"text": "验证码 1234"}))
    wechat = channel("wechat").send(message("o-7", fields={"number": "YP1"}))
    talk = channel("wechat_talk").send(message("o-8", extra=True))
    assert {one.effect for one in (mail, sms, wechat, talk)} == {Effect.ACCEPTED}

    sign_in(client, UserFactory(roles=[Role.AGENT]))
    answer = client.get(reverse("demo:mailbox"))
    assert "unsafe-eval" in answer["Content-Security-Policy"], "the frame's menus work"
    page = answer.content.decode()
    places = [page.index(words) for words in ("o-8", "o-7", "验证码 1234", "buyer@mail.example")]
    assert places == sorted(places)  # newest first
    assert "您的个案" in page
    assert "<b>明早</b>" not in page
    assert '<a href="https://yp.example/c/1"' in page


def test_html_of_a_mail_stays_in_a_sandbox(folder: Path, client: Client) -> None:
    keep(
        folder,
        "email",
        b"To: a@b.example\nSubject: <script>1</script>\nContent-Type: text/html\n\n"
        b'<script>alert("hit")</script>',
    )
    sign_in(client, UserFactory(roles=[Role.AGENT]))
    page = client.get(reverse("demo:mailbox")).content.decode()
    assert "<script>1" not in page
    assert '<script>alert("hit")' not in page
    assert '<iframe sandbox srcdoc="&lt;script&gt;' in page


def test_the_oldest_give_way(folder: Path) -> None:
    for turn in range(MOST + 3):
        keep(folder, "wechat", b'{"touser": "o-%d", "text": {"content": "x"}}' % turn)
    kept = arrived(folder, most=2 * MOST)
    assert len(kept) == MOST
    assert (kept[0].to, kept[-1].to) == (f"o-{MOST + 2}", "o-3")


def test_elsewhere_there_is_no_such_page(client: Client) -> None:
    sign_in(client, UserFactory(roles=[Role.IT_ADMIN]))
    with pytest.raises(NoReverseMatch):
        reverse("demo:mailbox")
    assert client.get("/admin/demo-mailbox").status_code == 404
    assert "demo-mailbox" not in client.get(reverse("admin:index")).content.decode()


@pytest.mark.parametrize(("https", "there"), [("0", True), ("1", False)])
def test_never_where_the_house_is_real(https: str, there: bool) -> None:
    """The settings as they are read, in a process of their own."""
    code = (
        "import django; django.setup(); from django.urls import resolve; "
        "print(resolve('/admin/demo-mailbox').view_name)"
    )
    env = {**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings", "HTTPS_ONLY": https}
    env["DEMO_MAILBOX"] = "/somewhere"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=env, capture_output=True, text=True, check=False
    )
    assert ("demo:mailbox" in done.stdout) is there, done.stdout + done.stderr


def test_a_deployment_with_it_is_refused(settings: Any) -> None:
    assert no_demo_mailbox() == []
    settings.DEMO_MAILBOX = "/somewhere"
    assert [one.id for one in no_demo_mailbox()] == ["desk.E001"]


def test_servers_that_somebody_named_are_left_alone() -> None:
    ports = dict.fromkeys(providers.PORTS, 1)
    assert providers.environment({"EMAIL_HOST": "mx.example"}, Path("/x"), ports) == {}
