"""Pages, files, links and news of remittances, and who may not have them (COD-7)."""

import csv
import io
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override
from python_calamine import CalamineWorkbook

from apps.accounts import totp
from apps.accounts.enums import ObjectScope, Role
from apps.accounts.models import User
from apps.accounts.queries import system_user
from apps.backoffice.queries.approvals import content_of
from apps.cod import notices, tasks
from apps.cod.approvals import REMITTANCE
from apps.cod.enums import RemittanceFile, RemittanceState
from apps.cod.models import Remittance, RemittanceTerms
from apps.cod.queries.remittance_figures import days_taken
from apps.cod.queries.remittance_links import remittance_of_token, token_of
from apps.cod.queries.settlement_reports import lines_of, report_file
from apps.events.models import Event
from apps.events.services import relay_due
from tests.factories import payees
from tests.factories import remittances as f
from tests.factories.accounts import TOTP_KEY, UserFactory, sign_in

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("COD-7")]
D = Decimal
LIST = "admin:cod_remittance_changelist"
LANGUAGES = pytest.mark.parametrize("language", ["zh-hans", "en"])


@pytest.fixture
def finance(client: Client) -> User:
    return sign_in(client, f.person(Role.FINANCE))


def page_of(row: Remittance) -> str:
    return reverse("admin:cod_remittance_change", args=[row.pk])


def act(row: Remittance, name: str) -> str:
    return reverse("admin:cod_remittance_act", args=[row.pk, name])


def speak(client: Client, language: str) -> None:
    client.cookies["django_language"] = language


@LANGUAGES
def test_every_page_opens_in_both_languages(client: Client, finance: User, language: str) -> None:
    speak(client, language)
    row = f.released()
    f.banked(row.merchant, "12.00")
    held = f.prepared(f.merchant(has_account=False), "9.00")
    names = [
        LIST,
        "admin:cod_remittance_due",
        "admin:cod_remittance_pace",
        "admin:cod_remittanceterms_changelist",
    ]
    for address in [*map(reverse, names), page_of(row), page_of(held)]:
        answer = client.get(address)
        assert answer.status_code == 200, address
    assert row.number in client.get(f"{reverse(LIST)}?view=out").content.decode()
    due = client.get(reverse("admin:cod_remittance_due")).content.decode()
    assert "¥12.00" in due, "the preview saves nothing, and shows what would be paid"
    assert Remittance.objects.count() == 2


@pytest.mark.parametrize("role", [Role.SALES, Role.DISPATCHER])
def test_who_may_not_see_remittances(client: Client, role: Role) -> None:
    row = f.prepared()
    sign_in(client, UserFactory(roles=[role], scope=ObjectScope.ALL))
    for address in (
        reverse(LIST),
        page_of(row),
        reverse("admin:cod_remittance_due"),
        reverse("admin:cod_remittance_pace"),
        reverse("admin:cod_remittanceterms_changelist"),
    ):
        assert client.get(address).status_code in (302, 403, 404), address


def test_who_sees_only_may_neither_ask_nor_withdraw(client: Client) -> None:
    row = f.prepared()
    sign_in(client, f.person(Role.GENERAL_MANAGER))
    for name in ("ask", "withdraw", "renew"):
        assert client.post(act(row, name), {"reason": "不要"}).status_code in (403, 404)
    row.refresh_from_db()
    assert row.state == RemittanceState.PREPARED


def test_two_people_release_it_on_its_page_with_a_code(client: Client, finance: User) -> None:
    row = f.prepared()
    assert client.post(act(row, "ask"), {}).status_code == 302
    for role in (Role.DEPARTMENT_MANAGER, Role.GENERAL_MANAGER):
        by = sign_in(client, f.person(role))
        assert client.get(act(row, "approve")).status_code == 200
        typed = {"remark": "", "seen": content_of(REMITTANCE, row)[1]}
        client.post(act(row, "approve"), typed)
        assert not Event.objects.filter(kind="approval.given", by=by).exists(), "without a code"
        code = totp.code_at(TOTP_KEY, totp.step_at(timezone.now()))
        client.post(act(row, "approve"), {**typed, "code": code})
        assert Event.objects.filter(kind="approval.given", by=by).exists()
    row.refresh_from_db()
    assert row.state == RemittanceState.RELEASED and row.payout is not None


def test_one_is_prepared_by_hand_and_refused_in_words(client: Client, finance: User) -> None:
    merchant = f.merchant()
    address = reverse("admin:cod_remittance_add")
    answer = client.post(address, {"merchant": merchant.code})
    assert answer.status_code in (200, 422) and not Remittance.objects.exists()
    f.banked(merchant, "20.00")
    assert client.post(address, {"merchant": merchant.code}).status_code == 302
    assert Remittance.objects.get().amount == D("20.00")


def test_terms_are_set_and_what_is_wrong_is_named(client: Client, finance: User) -> None:
    merchant = payees.merchant()
    address = reverse("admin:cod_remittanceterms_add")
    typed = {
        "customer": merchant.code,
        "since": timezone.localdate().isoformat(),
        "cycle": "weekly",
        "days": "2、5",
        "delay_days": "1",
        "minimum": "100.00",
    }
    for name, value in (("days", "二"), ("days", "8"), ("minimum", "-1"), ("minimum", "0.001")):
        answer = client.post(address, {**typed, name: value})
        assert answer.status_code in (200, 422) and name in answer.context["form"].errors
    assert not RemittanceTerms.objects.exists()
    assert client.post(address, typed).status_code == 302
    assert RemittanceTerms.objects.get().days == [2, 5]


def test_a_list_of_three_takes_as_many_statements_as_of_one(client: Client, finance: User) -> None:
    def counted() -> int:
        with CaptureQueriesContext(connection) as found:
            client.get(f"{reverse(LIST)}?view=all")
        return len(found)

    f.prepared()
    counted()
    one = counted()
    f.prepared()
    f.prepared()
    assert counted() == one


def test_the_report_sums_to_zero_in_every_form() -> None:
    merchant = f.merchant(fee_deducted=True)
    f.banked(merchant, "100.00", "50.00", fee="1.50")
    row = f.released(f.prepared(merchant))
    assert sum((line[-1] for line in lines_of(row)), D(0)) == 0
    _name, opened = report_file(row, RemittanceFile.CSV)
    with opened:
        rows = list(csv.reader(io.StringIO(opened.read().decode("utf-8-sig"))))
    assert len(rows) == 1 + row.rows.count() and sum(D(one[-1].strip("'")) for one in rows[1:]) == 0
    name, opened = report_file(row, RemittanceFile.XLSX)
    with opened:
        book = CalamineWorkbook.from_filelike(io.BytesIO(opened.read()))
    lines = book.get_sheet_by_index(1).to_python()
    assert name == f"{row.number}.xlsx"
    assert round(sum(float(line[-1]) for line in lines[1:]), 2) == 0
    _name, opened = report_file(row, RemittanceFile.PDF)
    with opened:
        assert opened.read(5) == b"%PDF-"


def test_whoever_downloads_a_report_is_on_record(client: Client, finance: User) -> None:
    row = f.released()
    answer = client.post(act(row, "download"), {"download-form": "csv"})
    assert answer.status_code == 200 and answer["Content-Disposition"].startswith("attachment")
    assert Event.objects.filter(kind="remittance.exported", by=finance).count() == 1


@LANGUAGES
def test_the_merchant_reads_it_on_its_link_once_it_is_released(
    client: Client, language: str
) -> None:
    row = f.prepared()
    assert remittance_of_token(token_of(row)) is None
    assert client.get(f"/remittance/{token_of(row)}").status_code == 404
    row = f.released(row)
    token = token_of(row)
    speak(client, language)
    answer = client.get(f"/remittance/{token}")
    text = answer.content.decode()
    assert answer.status_code == 200 and row.number in text and "¥100.00" in text
    assert row.payee is not None and row.payee.number not in text, "masked"
    assert "no-store" in answer["Cache-Control"]
    for form in RemittanceFile:
        given = client.get(f"/remittance/{token}/file/{form}")
        assert given.status_code == 200 and given["X-Robots-Tag"].startswith("noindex")
    assert client.get(f"/remittance/{token}/file/exe").status_code == 404
    assert client.get(f"/remittance/{token[:-1]}x").status_code == 404
    other = f.released()
    mixed = f"{other.number}-{token[-22:]}"
    assert client.get(f"/remittance/{mixed}").status_code == 404


def test_what_merchants_and_colleagues_are_told() -> None:
    row = f.returned(f.released())
    events = list(Event.objects.filter(subject_type="cod.remittance"))
    answers = [
        notice
        for kind, reader in notices.NOTICES.items()
        for notice in reader([event for event in events if event.kind == kind])
    ]
    topics = [notice.topic for notice in answers]
    assert topics == ["remittance.released", "remittance.returned", "staff.remittance_returned"]
    assert all(notice.customer == row.merchant and notice.link for notice in answers)
    released = [event for event in events if event.kind == "remittance.released"]
    [(customer, payload)] = notices.WEBHOOKS["remittance.released"].payloads(released).values()
    assert customer == row.merchant_id and payload["remittance"] == row.number
    names = ("collected", "paid_ahead", "fees", "claw_backs", "set_off", "paid_out")
    assert sum(D(payload[name]) for name in names) == 0
    assert row.payee is not None and row.payee.number not in str(payload)


def test_held_is_told_to_colleagues() -> None:
    f.prepared(f.merchant(has_account=False), "10.00")
    events = list(Event.objects.filter(kind="remittance.held"))
    [notice] = notices.NOTICES["remittance.held"](events)
    with override("en"):
        assert notice.topic == "staff.remittance_held" and notice.data["reason"]


def test_payouts_are_followed_by_what_they_tell() -> None:
    row = f.released()
    assert row.payout is not None
    file = payees.filed(row.payout)
    payees.answer(file, payees.results((payees.fresh(row.payout), "100.00", "成功")))
    relay_due()
    row.refresh_from_db()
    assert row.state == RemittanceState.PAID


def test_the_hour_prepares_what_is_due_and_renews_what_is_held() -> None:
    assert system_user("cod") is not None
    merchant = f.merchant(has_account=False)
    f.banked(merchant)
    assert tasks.prepare_remittances() == 1
    payees.active(merchant)
    tasks.prepare_remittances()
    assert Remittance.objects.get().state == RemittanceState.PREPARED


def test_days_from_the_door_to_the_merchant() -> None:
    row = f.paid()
    user, today = f.person(Role.FINANCE), timezone.localdate()
    for by in ("all", "merchant", "station"):
        [found] = days_taken(by, today, today, user)
        assert (found.n, found.amount) == (1, D("100.00"))
        assert found.together.median >= found.to_bank.median >= 0
    assert days_taken("merchant", today, today, user)[0].name == row.merchant.name
    assert not days_taken(
        "all", today, today, UserFactory(roles=[Role.DISPATCHER], scope=ObjectScope.UNITS)
    )


def test_a_span_of_days_that_cannot_be_is_said(client: Client, finance: User) -> None:
    for query in ("since=2026-12-02&until=2026-12-01", "since=x", "since=2020-01-01"):
        answer: Any = client.get(f"{reverse('admin:cod_remittance_pace')}?{query}")
        assert answer.status_code == 200 and answer.context["problem"]
