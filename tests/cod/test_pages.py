"""Pages of money at the door: what they show, what they do, who may not (COD-7)."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation

from apps.accounts.enums import ObjectScope, Role
from apps.accounts.models import User
from apps.cod import services
from apps.cod.models import (
    AdvancePolicy,
    CashUp,
    ClawBack,
    CodDecision,
    CodItem,
    CodProof,
    Debtor,
    Deposit,
    QrSettlement,
    Remittance,
)
from apps.cod.queries.debts import debt_of
from apps.events.models import Event
from apps.tracking.enums import CodMethod
from tests.factories import banking, billing, cod, payees, remittances
from tests.factories.accounts import UnitFactory, UserFactory, sign_in
from tests.factories.shipments import shipment

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("COD-7")]
LISTS = [
    "coditem", "cashup", "deposit", "qrsettlement", "coddecision", "codproof", "debtor", "clawback",
    "advancepolicy",
]  # fmt: skip
D = Decimal


def entered(client: Client, *roles: Role, **more: Any) -> User:
    user: User = UserFactory(
        roles=list(roles or [Role.FINANCE, Role.CASHIER]),
        scope=more.pop("scope", ObjectScope.ALL),
        **more,
    )
    sign_in(client, user)
    return user


def do(client: Client, record: Any, act: str, **typed: Any) -> Any:
    name = f"admin:{record._meta.app_label}_{record._meta.model_name}_act"
    fields = {f"{act}-{field}": value for field, value in typed.items()}
    return client.post(reverse(name, args=[record.pk, act]), {**typed, **fields})


def change_page(record: Any) -> str:
    return reverse(
        f"admin:{record._meta.app_label}_{record._meta.model_name}_change", args=[record.pk]
    )


_days = iter(range(1, 400))


def one_of_each(by: User) -> None:
    at = timezone.now()
    courier = cod.courier()
    cod.collected("100.00", by=courier)
    cod.deposited(cod.counted(courier, "99.00"))
    cod.delivered(cod.cod_shipment("50.00"), method=CodMethod.WECHAT)
    QrSettlement.objects.filter(day=timezone.localdate()).update(
        day=date(2024, 1, 1) + timedelta(days=next(_days))
    )
    services.enter_settlement(
        provider=CodMethod.WECHAT,
        day=timezone.localdate(),
        gross="50.00",
        fee="0.30",
        net="49.70",
        account=cod.cod_account(),
        by=by,
        at=at,
    )
    cod.cod_shipment("80.00")
    item = CodItem.objects.filter(state="due").order_by("-pk")[0]
    services.ask_write_off(item_id=item.pk, reason="丢件", by=by, at=at)
    [back] = remittances.banked(payees.merchant(), "30.00")
    services.claw_back(item_id=back.pk, reason="退货", by=by, at=at)
    remittances.policy(payees.merchant())
    services.prove_cod(by=by, at=at)


@pytest.mark.parametrize("name", LISTS)
def test_a_list_takes_as_many_statements_for_three_rows_as_for_one(
    client: Client, name: str
) -> None:
    by = entered(client)
    one_of_each(by)
    view = "?view=all" if name in ("coditem", "cashup", "clawback") else ""
    address = reverse(f"admin:cod_{name}_changelist") + view
    client.get(address)
    with CaptureQueriesContext(connection) as one:
        assert client.get(address).status_code == 200
    one_of_each(by)
    one_of_each(by)
    with CaptureQueriesContext(connection) as three:
        assert client.get(address).status_code == 200
    assert len(three) == len(one) < 12
    assert not any("COUNT(*)" in query["sql"] for query in three)


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize("role", [Role.WAREHOUSE_MANAGER, Role.SALES])
def test_who_moves_parcels_or_sells_opens_none(client: Client, name: str, role: Role) -> None:
    entered(client, role)
    assert client.get(reverse(f"admin:cod_{name}_changelist")).status_code == 403
    assert client.get(reverse("admin:cod_codproof_board")).status_code == 403


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_page_opens_in_both_languages(client: Client, language: str) -> None:
    by = entered(client, language=language)
    client.cookies["yipiao_language"] = language
    one_of_each(by)
    for model in (
        CodItem, CashUp, Deposit, QrSettlement, CodDecision, CodProof, ClawBack, AdvancePolicy, Debtor,
    ):  # fmt: skip
        for row in model.objects.all():
            assert client.get(change_page(row)).status_code == 200, row
    board = client.get(reverse("admin:cod_codproof_board")).content.decode()
    with translation.override(language):
        assert str(translation.gettext("Where every yuan is")) in board
    for address in ("cod_deposit", "cod_qrsettlement", "cod_advancepolicy"):
        assert client.get(reverse(f"admin:{address}_add")).status_code == 200


def test_a_day_in_cash_from_the_declaration_to_the_deposit(client: Client) -> None:
    by = entered(client)
    courier = cod.courier()
    cod.collected("100.00", by=courier)
    row = cod.cash_up_of(courier)
    do(client, row, "declare", amount="100.00")
    answer = do(client, row, "count", amount="100.00", face0="2")
    assert "¥" in answer.content.decode() or answer.status_code == 302
    row.refresh_from_db()
    assert row.state == "declared", "the notes make 200.00, not 100.00"
    do(client, row, "count", amount="100.00", face0="1")
    row.refresh_from_db()
    assert (row.state, row.counted_by, row.denominations) == ("closed", by, {"100": 1})
    account = cod.cod_account()
    client.post(
        reverse("admin:cod_deposit_add"),
        {
            "cash_ups": [row.pk],
            "account": account.pk,
            "slip": "ck 0001",
            "amount": "100.00",
            "day": timezone.localdate().isoformat(),
        },
    )
    deposit = Deposit.objects.get()
    assert (deposit.slip, deposit.amount, deposit.made_by) == ("CK0001", D("100.00"), by)


def test_three_decimals_are_refused_beside_the_field(client: Client) -> None:
    entered(client)
    courier = cod.courier()
    cod.collected("100.00", by=courier)
    row = cod.cash_up_of(courier)
    answer = do(client, row, "declare", amount="100.005")
    assert answer.status_code != 302
    row.refresh_from_db()
    assert row.state == "open"


def test_a_courier_who_counts_their_own_cash_is_told_no(client: Client) -> None:
    user = entered(client, Role.CASHIER)
    courier = cod.courier(user=user)
    cod.collected("100.00", by=courier)
    row = cod.cash_up_of(courier)
    do(client, row, "declare", amount="100.00")
    answer = do(client, row, "count", amount="100.00")
    assert courier.name in answer.content.decode()
    row.refresh_from_db()
    assert row.state == "declared"
    assert Event.objects.filter(kind="cod.attempt_refused", data__code="own_cash").exists()


def test_freight_and_repayments_are_entered_on_the_cash_up(client: Client) -> None:
    entered(client)
    courier, unit = cod.courier(), UnitFactory()
    cod.collected("100.00", by=courier)
    cod.counted(courier, "90.00")
    cod.collected("10.00", by=courier)
    row = CashUp.objects.get(courier=courier, state="open")
    waybill = shipment(settlement_method="cash", responsible_unit=unit)
    charge = billing.new_charge(
        waybill.customer, "12.00", waybill=waybill.number, station_id=unit.pk
    )
    billing.services.post_charges([charge], by=UserFactory(), at=timezone.now())
    do(client, row, "freight", number=waybill.number, method="cash")
    do(client, row, "repay", amount="10.00")
    assert sorted(row.takings.values_list("amount", flat=True)) == [
        D("10.00"),
        D("10.00"),
        D("12.00"),
    ]


def test_whoever_asks_is_led_to_the_decision_and_a_clerk_cannot_decide(client: Client) -> None:
    entered(client, Role.CASHIER)
    cod.cod_shipment("100.00")
    item = CodItem.objects.get()
    do(client, item, "change", amount="90.00", reason="商家改价")
    row = CodDecision.objects.get()
    assert client.get(change_page(row)).status_code == 200
    assert (
        client.get(reverse("admin:cod_coddecision_act", args=[row.pk, "approve"])).status_code
        == 403
    )


def test_an_overage_is_asked_for_on_the_cash_up_and_led_to_its_decision(client: Client) -> None:
    entered(client)
    courier = cod.courier()
    cod.collected("100.00", by=courier)
    row = cod.counted(courier, "103.50")
    address = reverse("admin:cod_cashup_act", args=[row.pk, "overage"])
    assert address not in client.get(change_page(row)).content.decode(), "not explained yet"
    do(client, row, "close", explanation="多出三块五")
    assert address in client.get(change_page(row)).content.decode()
    do(client, row, "overage", reason="查无主")
    wish = CodDecision.objects.get()
    page = client.get(change_page(row)).content.decode()
    assert address not in page and change_page(wish) in page
    assert change_page(row) in client.get(change_page(wish)).content.decode()


def test_who_only_sends_couriers_out_does_not_ask_for_an_overage(client: Client) -> None:
    entered(client, Role.DISPATCHER)
    courier = cod.courier()
    cod.collected("100.00", by=courier)
    row = cod.counted(courier, "103.50")
    services.close_cash_up(cash_up_id=row.pk, explanation="多", by=UserFactory(), at=timezone.now())
    address = reverse("admin:cod_cashup_act", args=[row.pk, "overage"])
    assert address not in client.get(change_page(row)).content.decode()
    assert client.post(address, {"overage-reason": "x", "reason": "x"}).status_code == 403
    assert not CodDecision.objects.exists()


def test_the_bank_line_of_a_claw_back_is_named_on_the_item(client: Client) -> None:
    by = entered(client)
    courier, account = cod.courier(), cod.cod_account()
    item = cod.collected("100.00", by=courier)
    today = timezone.localdate().isoformat()
    deposit = cod.deposited(cod.counted(courier), account=account)
    rows = [banking.row("100.00", day=today), banking.row("-100.00", day=today, text="退款")]
    file = banking.taken(account, rows)
    services.see_on_bank(deposit, banking.line_of(file), by=by, at=timezone.now())
    address = reverse("admin:cod_coditem_act", args=[item.pk, "see-claw-back"])
    assert address not in client.get(change_page(item)).content.decode()
    do(client, item, "claw-back", reason="七天退货")
    assert address in client.get(change_page(item)).content.decode()
    line = banking.line_of(file, 1)
    do(client, item, "see-claw-back", line=line.pk)
    assert ClawBack.objects.get().line == line
    page = client.get(change_page(item)).content.decode()
    assert address not in page and change_page(line) in page
    entered(client, Role.CASHIER)
    assert client.post(address, {"line": line.pk}).status_code == 403


def test_a_station_sees_its_own_cash_only(client: Client) -> None:
    mine, other = UnitFactory(), UnitFactory()
    entered(client, Role.CASHIER, unit=mine, scope=ObjectScope.UNITS)
    rows = []
    for unit in (mine, other):
        courier = cod.courier(unit=unit)
        cod.collected("100.00", by=courier)
        rows.append(cod.cash_up_of(courier))
    assert client.get(change_page(rows[0])).status_code == 200
    assert client.get(change_page(rows[1])).status_code in (302, 404)


def test_proving_now_says_so_and_only_finance_may(client: Client) -> None:
    entered(client)
    cod.collected("100.00")
    answer = client.post(reverse("admin:cod_codproof_prove"), follow=True)
    assert answer.status_code == 200 and CodProof.objects.get().differences == 0
    entered(client, Role.CASHIER)
    assert client.post(reverse("admin:cod_codproof_prove")).status_code == 403


def test_a_courier_s_debt_is_repaid_and_a_waiver_asked_for_on_its_page(client: Client) -> None:
    entered(client)
    courier = cod.courier()
    cod.collected("100.00", by=courier)
    cod.counted(courier, "60.00")
    row = Debtor.objects.get(pk=courier.pk)
    assert courier.number in client.get(reverse("admin:cod_debtor_changelist")).content.decode()
    do(client, row, "repay", amount="15.00")
    assert debt_of(courier) == D("25.00")
    assert do(client, row, "waive", amount="25.01", reason="x").status_code == 422
    do(client, row, "waive", amount="25.00", reason="路遇抢劫，已报警")
    wish = CodDecision.objects.get(kind="waiver")
    page = client.get(change_page(row)).content.decode()
    assert change_page(wish) in page and "25.00" in page and "15.00" in page
    waiting = client.get(reverse("admin:cod_debtor_changelist") + "?view=waiver")
    assert courier.number in waiting.content.decode()
    assert change_page(row) in client.get(change_page(wish)).content.decode()


def test_claw_backs_are_listed_filtered_and_exported(client: Client) -> None:
    by = entered(client)
    [item] = remittances.banked(payees.merchant(), "30.00")
    row = services.claw_back(item_id=item.pk, reason="退货", by=by, at=timezone.now())
    address = reverse("admin:cod_clawback_changelist")
    for view, there in (("open", True), ("unpaid", True), ("carried", False), ("settled", False)):
        page = client.get(f"{address}?view={view}").content.decode()
        assert (change_page(row) in page) is there, view
    tomorrow = timezone.localdate() + timedelta(days=1)
    assert change_page(row) not in client.get(f"{address}?since={tomorrow}").content.decode()
    answer = client.post(reverse("admin:cod_clawback_export"), {"format": "csv", "view": "open"})
    text = b"".join(answer.streaming_content) if answer.streaming else answer.content
    assert item.waybill in text.decode()


def test_the_difference_of_a_settlement_is_cleared_on_its_page(client: Client) -> None:
    entered(client)
    cod.delivered(cod.cod_shipment("50.00"), method=CodMethod.WECHAT)
    row = services.enter_settlement(
        provider=CodMethod.WECHAT, day=timezone.localdate(), gross="49.00", fee="0.30", net="48.70",
        account=cod.cod_account(), by=UserFactory(), at=timezone.now(),
    )  # fmt: skip
    do(client, row, "clear", reason="渠道抹零")
    assert CodDecision.objects.get(settlement=row).state == "done"
    entered(client, Role.AGENT)
    address = reverse("admin:cod_qrsettlement_act", args=[row.pk, "clear"])
    assert client.post(address, {"clear-reason": "x"}).status_code == 403


def test_paying_ahead_is_asked_for_and_done_on_the_pages(client: Client) -> None:
    entered(client)
    merchant = remittances.merchant()
    remittances.on_its_way(merchant, "80.00")
    typed = {
        "customer": merchant.code,
        "since": timezone.localdate().isoformat(),
        "limit": "100.00",
    }
    client.post(reverse("admin:cod_advancepolicy_add"), {**typed, "reason": "大客户"})
    row = AdvancePolicy.objects.get()
    for role in (Role.DEPARTMENT_MANAGER, Role.GENERAL_MANAGER):
        remittances.approve_policy(row, remittances.person(role))
    assert "80.00" in client.get(change_page(row)).content.decode()
    answer = do(client, row, "pay-ahead", amount="")
    made = Remittance.objects.get()
    assert answer.url == change_page(made) and made.advanced == D("80.00")
    assert "80.00" in client.get(change_page(made)).content.decode()
    do(client, row, "end", reason="到期")
    row.refresh_from_db()
    assert row.state == "ended"
    entered(client, Role.CASHIER)
    assert client.get(reverse("admin:cod_advancepolicy_add")).status_code == 403
