"""Every form that acts carries a key, wherever it stands: whoever adds one without it fails here."""

import re
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest
from django.conf import settings as installation
from django.contrib import admin
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, resolve, reverse
from django.urls.exceptions import Resolver404
from django.utils import timezone

from apps.chat.models import Chat
from apps.complaints.enums import CaseChannel
from apps.complaints.models import Case
from apps.complaints.queries.links import token_of
from apps.desk.demo.week import make_week
from tests.factories.accounts import sign_in, superuser
from tests.factories.chats import agent, round_the_clock
from tests.factories.complaints import case, closed
from tests.factories.orders import order
from tests.factories.tracking import report, waybill
from tests.pressing import PageForm, read

ROOT = Path(__file__).resolve().parents[2]
# The link in a message is itself the permission: its form has neither cookie nor key, and stopping
# messages twice stops them once.
# The tracking box only asks: it is sent as a form because an address cannot hold a whole message.
WITHOUT = {"portal/stop_messages.html", "portal/search.html"}
ASKS = {"/track"}
# Doors of programs: no page of ours has a form for them.
PROGRAMS = re.compile(r"^(api/|voice/|hooks/|poll|kuaidi100/|notify/(receipts|stop|presses)/)")
MOST_PAGES = 900


def test_every_template_writes_the_key_of_its_form() -> None:
    for path in (ROOT / "templates").rglob("*.html"):
        name = str(path.relative_to(ROOT / "templates"))
        for form in re.findall(r"<form\b.*?</form>", path.read_text(), re.S):
            posts = re.search(r"""method=["']?post""", form.split(">", 1)[0], re.I)
            if posts and name not in WITHOUT:
                assert "{% csrf_token %}" in form, f"{name}: a form without {{% csrf_token %}}"


def test_every_door_for_forms_is_guarded() -> None:
    """What is exempt from the check against forged forms is not looked at for keys either."""
    exempt = [
        where
        for where, view in _views(get_resolver())
        if getattr(view, "csrf_exempt", False) and not hasattr(view, "runs_once")
    ]
    assert exempt, "the API"
    acting = [where for where in exempt if f"/{where.rstrip('/')}" not in ASKS]
    assert [where for where in acting if not PROGRAMS.match(where)] == []


def _views(resolver: URLResolver, before: str = "") -> list[tuple[str, Any]]:
    found: list[tuple[str, Any]] = []
    for entry in resolver.url_patterns:
        where = before + str(entry.pattern)
        if isinstance(entry, URLResolver):
            found += _views(entry, where)
        elif isinstance(entry, URLPattern):
            found.append((where, entry.callback))
    return found


@pytest.fixture
def plain_static_files(settings: Any) -> None:
    settings.STORAGES = {
        **installation.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }


class Walk:
    """From page to page as the links and forms lead, each kind of page once."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.waiting: list[str] = []
        self.known: set[str] = set()
        self.seen: set[str] = set()
        self.without: list[str] = []
        self.actions: set[str] = set()
        self.astray: list[str] = []

    def go(self, *starts: str) -> None:
        self.waiting += starts
        while self.waiting and len(self.seen) < MOST_PAGES:
            self._look(self.waiting.pop(0))

    def _look(self, address: str) -> None:
        if address in self.seen:
            return
        self.seen.add(address)
        answer = self.client.get(address)
        if answer.status_code in (301, 302, 303):
            self._note(urljoin(address, answer["Location"]))
        if answer.status_code not in (200, 422) or not answer["Content-Type"].startswith(
            "text/html"
        ):
            return
        forms, links = read(answer.content.decode(), address)
        for form in forms:
            self._judge(address, form)
        for link in links:
            self._note(link)

    def _judge(self, page: str, form: PageForm) -> None:
        if form.posts:
            self.actions.add(kind_of(urlsplit(form.action).path) or form.action)
            if not form.key and urlsplit(form.action).path not in ASKS:
                self.without.append(f"{page}: {form.attributes}")
            # A form whose page can be opened has its own address looked at as well.
            self._note(form.action)

    def _note(self, link: str) -> None:
        parts = urlsplit(link)
        kind = kind_of(parts.path)
        if parts.netloc or not kind or "logout" in parts.path or "jsi18n" in parts.path:
            return
        if "/do/" in parts.path and not kind.split()[0].endswith("_act"):
            self.astray.append(parts.path)
        if kind not in self.known:
            self.known.add(kind)
            self.waiting.append(parts.path)


def kind_of(path: str) -> str:
    """The address with its words and without its numbers: “admin:complaints_case_act note”."""
    try:
        match = resolve(path)
    except Resolver404:
        return ""
    words = [
        str(value)
        for name, value in sorted(match.kwargs.items())
        if name in ("name", "act_name", "kind")
    ]
    return " ".join([match.view_name, *words])


@pytest.mark.django_db
def test_every_form_of_the_staff_carries_a_key(client: Client, plain_static_files: None) -> None:
    make_week(seed=1, per_day=2, now=timezone.now())
    boss = superuser()
    boss.set_password("pages-lead-on-2026")  # whoever has none is not asked for a new one
    boss.save()
    sign_in(client, boss)
    walk = Walk(client)
    one, two = case(), case()
    merging = reverse("admin:complaints_case_merge", args=[one.number])
    draft = order()
    walk.go(
        reverse("admin:index"),
        *(reverse(f"desk:{name}") for name in ("chats", "team")),
        *(reverse("desk:chat_close", args=[one.pk]) for one in Chat.objects.all()[:3]),
        f"{merging}?with={two.number}",
        *(reverse(f"admin:orders_workorder_{n}", args=[draft.pk]) for n in ("change", "confirm")),
        *(reverse("desk:chat_hand", args=[one.pk]) for one in Chat.objects.all()[:3]),
        *(reverse("admin:complaints_case_page", args=[c.number]) for c in _one_of_each_state()),
        *_every_add_and_change_page(),
    )
    assert walk.without == []
    assert walk.astray == [], "what is offered to be done leads to its act"
    assert len(walk.seen) < MOST_PAGES, "everything that leads on has been followed"
    missing = {
        "admin:complaints_case_act note", "admin:complaints_case_act reply",
        "admin:complaints_case_merge", "admin:complaints_case_bulk take", "admin:complaints_case_intake",
        "admin:orders_workorder_enter", "admin:orders_workorder_confirm",
        "admin:orders_workorder_act cancel",
        "admin:sla_workingcalendar_act days", "admin:tracking_scan_changelist",
        "admin:accounts_user_change", "admin:tracking_waybill_act reveal", "desk:chat_close",
        "admin:account_password", "admin:quality_exceptionreport_act evidence", "admin:accounts_apikey_add",
        "admin:notifications_messagetemplate_act change",
    } - walk.actions  # fmt: skip
    assert not missing, (missing, sorted(walk.actions))
    assert len(walk.actions) > 80, len(walk.actions)


def _one_of_each_state() -> list[Case]:
    return list(Case.objects.order_by("state", "pk").distinct("state"))


def _every_add_and_change_page() -> list[str]:
    pages = []
    for model in admin.site._registry:
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        pages += [reverse(f"{name}_changelist"), reverse(f"{name}_add")]
        row = model._default_manager.order_by("pk").last()
        if row is not None:
            pages.append(reverse(f"{name}_change", args=[row.pk]))
    return pages


@pytest.mark.django_db
def test_every_form_of_the_public_carries_a_key(client: Client, plain_static_files: None) -> None:
    round_the_clock()
    agent("王芳", most=9)
    live, over = case(channel=CaseChannel.WEB), closed(case(channel=CaseChannel.WEB))
    walk = Walk(client)
    moving = report(waybill(), "picked_up")
    walk.go(
        "/", "/report", "/chat", "/chat?message",
        f"/track/{moving.number}", f"/track/{moving.number}/details",
        f"/notify/follow/{moving.number}",
        f"/case/{token_of(live)}", f"/case/{token_of(over)}",
    )  # fmt: skip
    assert walk.without == []
    assert {
        "portal:report", "portal:details", "portal:follow", "portal:case_write",
    } <= walk.actions, walk.actions  # fmt: skip
    assert {"portal:chat_start", "portal:chat_message"} & walk.actions
