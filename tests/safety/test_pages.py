"""The pages of the safety officer: who may open them, their main jobs, how many statements they take."""

from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from apps.accounts.enums import ObjectScope, Role
from apps.accounts.models import User
from apps.banking import services as banking
from apps.core.states import MoveTable
from apps.events.models import Event
from apps.events.services import record
from apps.quality.models import ExceptionReport
from apps.safety import services, states
from apps.safety.enums import AlertKind, AlertState, CheckState, FindingState, FollowUpState
from apps.safety.models import (
    AccountCheck,
    AlertRule,
    CheckFollowUp,
    CheckItem,
    Seal,
    SealFinding,
    SecurityAlert,
)
from tests.factories.accounts import UnitFactory, UserFactory, sign_in
from tests.factories.banking import bank_account
from tests.safety.tampering import as_owner, run

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("COD-6")]
LISTS = [
    "securityalert",
    "accountcheck",
    "accountevent",
    "sealfinding",
    "seal",
    "alertrule",
    "checkitem",
]


def at_desk(
    client: Client, role: Role = Role.SAFETY_OFFICER, language: str = "zh-hans", **more: Any
) -> User:
    user: User = UserFactory(scope=ObjectScope.ALL, roles=[role], **more)
    sign_in(client, user)
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    return user


def address(model: str, pk: Any = None, rest: str = "change/") -> str:
    where = reverse(f"admin:safety_{model}_changelist")
    return where if pk is None else f"{where}{pk}/{rest}"


def something(rows: int) -> None:
    """So many alerts, checks, findings and events about accounts."""
    by = UserFactory(username="kankan")
    for n in range(rows):
        account = bank_account(by)
        banking.reveal_number(account, reason=f"核对{n}", by=by, at=timezone.now())
        SecurityAlert.objects.create(
            kind=AlertKind.AT_NIGHT, person=UserFactory(), what=f"夜里{n}", since=timezone.now(),
            last_event_at=timezone.now(), last_event=n + 1,
        )  # fmt: skip
    services.plan_checks()
    for _n in range(rows):
        with transaction.atomic():
            row = record("user.tested", by, by=by)
        services.seal_new_rows()
        as_owner("events_event")
        run("DELETE FROM events_event WHERE id = %s", row.pk)
    services.verify_all()


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize("rows", [1, 3])
def test_a_list_takes_the_same_statements_for_one_row_and_three(
    client: Client, name: str, rows: int
) -> None:
    at_desk(client)
    something(rows)
    with CaptureQueriesContext(connection) as queries:
        answer = client.get(address(name))
    assert answer.status_code == 200
    about = ('"safety_', '"events_event"')
    own = [q["sql"] for q in queries if any(word in q["sql"] for word in about)]
    assert 1 <= len(own) <= 4, own
    if name not in ("alertrule", "checkitem"):
        assert not any("COUNT(*)" in sql for sql in own)


@pytest.mark.parametrize("name", LISTS)
def test_who_watches_over_nothing_opens_none(client: Client, name: str) -> None:
    something(1)
    pages = [address(name)]
    for model, row in (
        ("securityalert", SecurityAlert.objects.first()), ("accountcheck", AccountCheck.objects.first()),
        ("sealfinding", SealFinding.objects.first()), ("seal", Seal.objects.first()),
        ("alertrule", AlertRule.objects.first()),
    ):  # fmt: skip
        assert row is not None
        pages.append(address(model, row.pk))
    pages += [
        address("securityalert", SecurityAlert.objects.first().pk, "do/harmless/"),  # type: ignore[union-attr]
        address("accountcheck", AccountCheck.objects.first().pk, "do/carry-out/"),  # type: ignore[union-attr]
        address("sealfinding", SealFinding.objects.first().pk, "do/explain/"),  # type: ignore[union-attr]
    ]
    for role in (Role.AGENT, Role.CASHIER):
        at_desk(client, role)
        for where in pages:
            assert client.get(where).status_code == 403, (role, where)
        assert (
            client.post(address("accountevent") + "export/", {"format": "csv"}).status_code == 403
        )


def test_it_sees_tampering_and_cannot_explain_it_away(client: Client) -> None:
    something(1)
    at_desk(client, Role.IT_ADMIN)
    found = SealFinding.objects.get()
    assert client.get(address("sealfinding", found.pk)).status_code == 200
    assert client.get(address("seal")).status_code == 200
    for where in (address("sealfinding", found.pk, "do/explain/"), address("securityalert"),
                  address("accountevent"), address("accountcheck")):  # fmt: skip
        assert client.get(where).status_code == 403


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_an_alert_is_judged_or_investigated(client: Client, language: str) -> None:
    UnitFactory()
    at_desk(client, language=language)
    one, other = (
        SecurityAlert.objects.create(
            kind=AlertKind.AT_NIGHT, person=UserFactory(), what="夜里", since=timezone.now(),
            last_event_at=timezone.now(), last_event=n,
        )
        for n in (1, 2)
    )  # fmt: skip
    html = client.get(address("securityalert")).content.decode()
    assert (
        "夜间查看账号明文" if language == "zh-hans" else "Number shown in clear at night"
    ) in html
    refused = client.post(address("securityalert", one.pk, "do/harmless/"), {"because": "好"})
    assert refused.status_code == 422
    client.post(address("securityalert", one.pk, "do/harmless/"), {"because": "盘点加班，已核实"})
    answer = client.post(address("securityalert", other.pk, "do/investigate/"), {"remark": "查"})
    report = ExceptionReport.objects.get()
    assert answer["Location"] == reverse("admin:quality_exceptionreport_change", args=[report.pk])
    assert client.get(answer["Location"]).status_code == 200
    states_now = set(SecurityAlert.objects.values_list("state", flat=True))
    assert states_now == {AlertState.HARMLESS, AlertState.INVESTIGATED}
    assert report.number in client.get(address("securityalert", other.pk)).content.decode()
    assert "盘点加班" in client.get(address("securityalert", one.pk)).content.decode()


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_a_check_is_carried_out_and_followed_up_on_its_page(client: Client, language: str) -> None:
    by = at_desk(client, language=language)
    account, keeper = bank_account(by), UserFactory(display_name="盾保管")
    banking.reveal_number(account, reason="上门核对", by=by, at=timezone.now())
    services.plan_checks()
    check = AccountCheck.objects.get()
    page = client.get(address("accountcheck", check.pk)).content.decode()
    assert "上门核对" in page
    where = address("accountcheck", check.pk, "do/carry-out/")
    asked = client.get(where).content.decode()
    assert ("印鉴" if language == "zh-hans" else "signatories") in asked
    items = list(CheckItem.objects.all())
    typed = {f"verdict_{item.pk}": "fine" for item in items}
    wrong = {**typed, f"verdict_{items[1].pk}": "wrong", f"note_{items[1].pk}": "盾在一人手里"}
    refused = client.post(where, wrong)
    assert refused.status_code == 422
    assert "盾在一人手里" in refused.content.decode(), "what was typed is kept"
    assert client.post(where, {}).status_code == 422
    day = timezone.localdate() + timedelta(days=2)
    done = client.post(where, {**wrong, "person": keeper.pk, "due_on": day.isoformat()})
    assert done["Location"] == address("accountcheck", check.pk)
    found = CheckFollowUp.objects.get()
    page = client.get(address("accountcheck", check.pk)).content.decode()
    assert "盾保管" in page
    act = f"do/put-right/{found.pk}/"
    client.post(address("accountcheck", check.pk, act), {"result": "收回并登记"})
    found.refresh_from_db()
    assert found.state == FollowUpState.PUT_RIGHT
    views = {view: client.get(address("accountcheck"), {"view": view}).content.decode()
             for view in ("due", "overdue", "findings", "done", "all")}  # fmt: skip
    assert str(account) in views["due"]
    assert str(account) in views["done"]
    assert str(account) not in views["findings"] + views["overdue"]


def test_finance_sees_checks_and_carries_out_none(client: Client) -> None:
    something(1)
    at_desk(client, Role.FINANCE)
    check = AccountCheck.objects.first()
    assert check is not None
    assert client.get(address("accountcheck", check.pk)).status_code == 200
    assert client.get(address("accountcheck", check.pk, "do/carry-out/")).status_code == 403


def test_the_trail_is_filtered_and_exported_with_a_trace(client: Client) -> None:
    officer = at_desk(client)
    something(2)
    html = client.get(
        address("accountevent"), {"view": "revealed", "by": "kankan"}
    ).content.decode()
    assert "核对0" in html
    assert "核对1" in html
    assert "核对0" not in client.get(address("accountevent"), {"by": "nobody"}).content.decode()
    assert "核对0" not in client.get(address("accountevent"), {"view": "refused"}).content.decode()
    answer = client.post(address("accountevent") + "export/", {"format": "csv", "view": "revealed"})
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    assert "核对1" in content.decode("utf-8-sig")
    assert Event.objects.get(kind="accounttrail.exported").by == officer


def test_a_finding_is_explained_and_shows_its_rows(client: Client) -> None:
    at_desk(client)
    something(1)
    found = SealFinding.objects.get()
    page = client.get(address("sealfinding", found.pk)).content.decode()
    assert str(found.rows[0]) in page
    assert "events_event" in page
    typed = {"explanation": "演练，已恢复"}
    client.post(address("sealfinding", found.pk, "do/explain/"), typed)
    assert "演练" in client.get(address("sealfinding", found.pk)).content.decode()
    seal = Seal.objects.get(number=found.first_seal)
    assert client.get(address("seal", seal.pk)).status_code == 200


def test_rules_and_checklist_are_changed_by_the_officer_alone(client: Client) -> None:
    by = at_desk(client)
    rule, item = AlertRule.objects.get(kind="many_reveals"), CheckItem.objects.first()
    assert item is not None
    typed = {"is_active": "on", "most": "2", "minutes": "30", "from_hour": "22", "to_hour": "6"}
    assert client.post(address("alertrule", rule.pk), typed).status_code == 302
    rule.refresh_from_db()
    assert (rule.most, rule.minutes) == (2, 30)
    assert Event.objects.get(kind="alertrule.changed").by == by
    assert (
        client.post(address("alertrule", rule.pk), {**typed, "from_hour": "24"}).status_code != 302
    )
    new = {
        "code": "vault",
        "name": "支票由专人保管",
        "english_name": "",
        "position": "5",
        "is_active": "on",
    }
    assert client.post(address("checkitem") + "add/", new).status_code == 302
    assert CheckItem.objects.filter(code="vault").exists()
    at_desk(client, Role.DEPUTY_GENERAL_MANAGER)
    assert client.post(address("alertrule", rule.pk), typed).status_code == 403


@pytest.mark.parametrize(
    ("moves", "choices"),
    [
        (states.FINDING_MOVES, FindingState),
        (states.ALERT_MOVES, AlertState),
        (states.CHECK_MOVES, CheckState),
        (states.FOLLOW_UP_MOVES, FollowUpState),
    ],
)
def test_no_state_moves_but_by_its_table(moves: MoveTable[Any], choices: Any) -> None:
    legal = set(moves.moves())
    assert legal
    for frm in choices:
        for to in choices:
            assert moves.allows(frm, to) == ((frm, to) in legal)
    starts = {to for _frm, to in legal}
    assert any(one not in starts for one in choices), "every table has where it begins"
