"""The daily proof: every yuan in exactly one state, down to the shipment (COD-7)."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.accounts.queries import system_user
from apps.banking.enums import OpeningKind
from apps.banking.services.opening import take_opening
from apps.cod import services
from apps.cod.models import CodDifference, CodItem, CodProof
from apps.cod.queries.board import board
from apps.cod.queries.proof import compare
from apps.ledger.enums import AccountKind as K
from apps.ledger.enums import PartyKind
from apps.ledger.inputs import NewPosting, Party, Side
from apps.ledger.services import close_period
from apps.quality.models import ExceptionReport
from benchmarks.cod_proof import fill
from tests.factories import cod
from tests.factories.accounts import UserFactory
from tests.factories.customers import CustomerFactory
from tests.factories.ledger import posted

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("COD-7")]
D = Decimal


def prove() -> CodProof:
    return services.prove_cod(by=UserFactory(), at=timezone.now())


def test_everything_that_happens_to_money_ties_on_every_account() -> None:
    short, whole = cod.courier(), cod.courier()
    for courier, counted in ((short, "80.00"), (whole, None)):
        cod.collected("100.00", by=courier)
        cod.counted(courier, counted)
    cod.collected("30.00")
    cod.cod_shipment("70.00")
    proof = prove()
    kinds = {one.kind for one in compare()}
    assert {
        "cod_due",
        "cod_expected",
        "cod_payable",
        "courier_cash",
        "courier_receivable",
        "station_cash",
    } <= kinds
    assert (proof.differences, proof.accounts) == (0, len(compare()))
    assert proof.sums["counted"] == [2, "200.00"] and proof.sums["due"] == [1, "70.00"]
    assert not ExceptionReport.objects.filter(title__contains="核对").exists()


def test_an_entry_by_hand_is_found_and_named_by_its_shipment() -> None:
    item = cod.collected("100.00")
    party = Party(PartyKind.CUSTOMER, item.merchant_id, item.merchant.name)
    wrong = NewPosting(Side(K.COD_PAYABLE, party), Side(K.UNIDENTIFIED), D("25.00"), item.waybill)
    posted(UserFactory(), postings=[wrong])
    proof = prove()
    account, shipment = CodDifference.objects.order_by("pk")
    assert (account.kind, account.rows_total, account.ledger_total) == (
        "cod_payable", D("-100.00"), D("-75.00"),
    )  # fmt: skip
    assert (shipment.waybill, shipment.rows_total, shipment.ledger_total) == (
        item.waybill, D("-100.00"), D("-75.00"),
    )  # fmt: skip
    assert proof.differences == 1
    assert "75.00" in ExceptionReport.objects.get().what


def test_a_closed_month_leaves_by_its_sealed_balance() -> None:
    cod.collected("100.00")
    before = [(one.kind, one.party_id, one.ledger_total) for one in compare()]
    today = timezone.now()
    later = today + timedelta(days=40)
    close_period(month=timezone.localdate(today), by=UserFactory(), at=later)
    assert [(one.kind, one.party_id, one.ledger_total) for one in compare()] == before
    assert prove().differences == 0


def test_what_was_taken_over_from_the_old_books_has_no_shipments_and_ties() -> None:
    merchant = CustomerFactory()
    sheet = f"类别,编码,金额\n代收货款,{merchant.code},500.00\n".encode()
    take_opening(
        content=sheet,
        name="期初.csv",
        day=timezone.localdate(),
        totals={OpeningKind.COD: D("500.00")},
        by=UserFactory(),
        at=timezone.now(),
    )
    assert cod.net(K.COD_PAYABLE, merchant.pk) == D("-500.00")
    assert prove().differences == 0


def test_the_proof_takes_the_same_statements_for_many_shipments_as_for_one() -> None:
    cod.collected("100.00")
    with CaptureQueriesContext(connection) as one:
        compare()
    for _n in range(4):
        cod.collected("10.00")
    with CaptureQueriesContext(connection) as five:
        compare()
    assert len(five) == len(one) <= 4


def test_the_board_says_where_every_yuan_is() -> None:
    courier = cod.courier()
    cod.collected("100.00", by=courier)
    cod.counted(courier, "90.00")
    cod.cod_shipment("50.00")
    found = board(timezone.now())
    sums = {str(one.state): (one.items, one.total) for one in found.state_totals}
    assert sums["counted"] == (1, D("100.00")) and sums["due"] == (1, D("50.00"))
    assert found.differing[0].short == D("10.00")
    with CaptureQueriesContext(connection) as taken:
        board(timezone.now())
    assert len(taken) <= 5


@pytest.mark.django_db(transaction=True)
def test_rows_of_every_state_tie_and_one_changed_fen_is_found() -> None:
    """The benchmark's house, small."""
    for _n in range(5):
        CustomerFactory()
    made = fill(200, merchants=5, couriers=4, stations=2, by=system_user("tests").pk)
    assert made == 20 + 20 * 3 + 40 * 4 + 120 * 4
    assert not [one for one in compare() if one.differs]
    item: Any = CodItem.objects.filter(state="counted").first()
    CodItem.objects.filter(pk=item.pk).update(collected=item.collected + D("0.01"))
    [found] = [one for one in compare() if one.differs]
    assert (found.kind, found.party_id) == ("cod_payable", item.merchant_id)
