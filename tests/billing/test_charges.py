"""A charge is born in its payer's open month, once, and never changes (BIL-2)."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from apps.billing import services
from apps.billing.enums import ChargeKind, StatementState
from apps.billing.models import BillingTerms, Charge, Statement
from apps.core.errors import BadInput
from apps.ledger.services import close_period
from apps.pricing.enums import ComponentKind
from tests.factories.accounts import UnitFactory, UserFactory
from tests.factories.billing import (
    DECEMBER_FIRST,
    NOVEMBER,
    charged,
    frozen,
    new_charge,
    payer,
)

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("BIL-2")]


def post(*new: Any) -> list[Charge]:
    return services.post_charges(list(new), by=UserFactory(), at=DECEMBER_FIRST)


def test_charges_of_one_payer_and_month_share_a_statement() -> None:
    customer = payer()
    first, second = charged(customer, "10.00", "7.00")
    [october] = charged(customer, "3.00", service_day=date(2026, 10, 31))
    assert first.statement_id == second.statement_id != october.statement_id
    assert first.statement.period == NOVEMBER
    assert Statement.objects.filter(bill_to=customer).count() == 2
    number = first.statement.number
    assert number.startswith("ST20261101-") and len(number) == 19


def test_the_same_source_is_charged_once() -> None:
    new = new_charge(payer())
    assert len(post(new)) == 1
    assert post(new) == []
    assert Charge.objects.count() == 1


def test_the_company_of_the_group_pays() -> None:
    daughter, mother = payer(), payer()
    BillingTerms.objects.create(customer=daughter, payer=mother, created_by=UserFactory())
    [charge] = charged(daughter)
    assert charge.statement.bill_to == mother and charge.customer == daughter


def test_what_is_collected_at_the_door_is_on_the_station_s_statement() -> None:
    station = UnitFactory()
    [charge] = post(new_charge(None, station_id=station.pk))
    assert (charge.statement.station, charge.statement.bill_to) == (station, None)


def test_a_late_charge_goes_into_the_next_open_month() -> None:
    customer = payer()
    frozen(customer, "10.00")
    [late] = charged(customer, "4.00")
    assert late.statement.period == date(2026, 12, 1)
    assert late.service_day == date(2026, 11, 10), "it says what it is for"


def test_a_month_that_the_ledger_closed_takes_no_first_charge_either() -> None:
    close_period(month=NOVEMBER, by=UserFactory(), at=DECEMBER_FIRST)
    [late] = charged(payer(), "4.00")
    assert late.statement.period == date(2026, 12, 1)


def test_the_database_refuses_a_charge_of_a_closed_statement() -> None:
    statement = frozen(payer(), "10.00")
    charge = statement.charges.get()
    charge.pk, charge.source = None, "another"
    with pytest.raises(IntegrityError, match="is closed"), transaction.atomic():
        charge.save(force_insert=True)


def test_nothing_is_charged_by_nothing() -> None:
    with pytest.raises(BadInput) as refusal:
        charged(payer(), "0.00")
    assert refusal.value.code == "charge_of_nothing"


def test_a_charge_never_changes() -> None:
    [charge] = charged(payer())
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL yipiao.maintenance = 'off'")
        for change in ("UPDATE billing_charge SET gross = 1", "DELETE FROM billing_charge"):
            with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
                cursor.execute(f"{change} WHERE id = %s", [charge.pk])
        cursor.execute("SET LOCAL yipiao.maintenance = 'on'")


class TestCorrections:
    def correct(self, charge: Charge, gross: str) -> Charge | None:
        return services.correct_charge(
            charge_id=charge.pk,
            gross=Decimal(gross),
            reason="复重后改价",
            by=UserFactory(),
            at=DECEMBER_FIRST,
        )

    def test_the_difference_is_a_charge_of_the_open_month(self) -> None:
        customer = payer()
        statement = frozen(customer, "100.00")
        first = statement.charges.get()
        made = self.correct(first, "88.50")
        assert made is not None
        assert (made.gross, made.corrects, made.kind) == (
            Decimal("-11.50"),
            first,
            ChargeKind.ADJUSTMENT,
        )
        assert made.statement.period == date(2026, 12, 1)
        again = self.correct(made, "90.00")
        assert again is not None and again.gross == Decimal("1.50"), "of the first one, always"
        assert again.corrects == first
        assert self.correct(first, "90.00") is None, "it is that much already"

    def test_it_cannot_turn_into_a_credit(self) -> None:
        [first] = charged(payer(), "100.00")
        with pytest.raises(BadInput) as refusal:
            self.correct(first, "-1.00")
        assert refusal.value.code == "sign_turned"

    def test_the_database_keeps_the_sign(self) -> None:
        [first] = charged(payer(), "100.00")
        with pytest.raises(IntegrityError, match="goes too far"), transaction.atomic():
            post(
                new_charge(
                    first.customer,
                    "-100.01",
                    kind=ChargeKind.ADJUSTMENT,
                    corrects_id=first.pk,
                    reason="越界",
                )
            )

    def test_a_charge_may_be_taken_back_whole(self) -> None:
        [first] = charged(payer(), "100.00")
        made = self.correct(first, "0.00")
        assert made is not None and made.gross == Decimal("-100.00")
        assert made.statement == first.statement, "its month is still open"
        assert Statement.objects.get(pk=first.statement_id).state == StatementState.OPEN


def test_every_line_that_rating_makes_can_be_charged() -> None:
    assert set(ComponentKind.values) <= set(ChargeKind.values)


def test_statements_are_opened_in_few_statements(
    django_assert_max_num_queries: Any,
) -> None:
    new = [new_charge(payer()) for _n in range(30)]
    by = UserFactory()
    with django_assert_max_num_queries(12):
        services.post_charges(new, by=by, at=DECEMBER_FIRST)
