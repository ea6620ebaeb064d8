"""Tariffs in versions: drafted, published, in force by the day, never changed again (BIL-1)."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.core.errors import BadInput, RuleBroken
from apps.events.models import Event
from apps.pricing import services
from apps.pricing.enums import QuoteState, VersionState
from apps.pricing.models import (
    ComponentBand,
    Quote,
    Segment,
    TariffVersion,
    TaxClass,
    Zone,
)
from apps.pricing.queries.effects import effects_of, last_month
from apps.pricing.queries.papers import read_quotes
from apps.pricing.queries.pricing import Asked, explain_price, rate_shipment, rate_shipments
from apps.pricing.queries.reading import read_tariff
from apps.pricing.rating import (
    Segment as RatingSegment,
)
from apps.pricing.rating import (
    Shipment,
    TariffRefused,
    Unrated,
    fingerprint,
)
from apps.pricing.states import QUOTE_MOVES, VERSION_MOVES
from tests.factories.accounts import UserFactory
from tests.factories.customers import CustomerFactory
from tests.factories.pricing import STANDARD, draft, flat_price, fuel, published, says, tariff

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("BIL-1")]
TODAY = timezone.localdate
PUDONG, LHASA = "310115", "540100"
ONE_KILO = Shipment(origin=PUDONG, destination=PUDONG, weight_g=1000)


def asked(customer: Any = None, day: date | None = None, shipment: Shipment = ONE_KILO) -> Asked:
    return Asked(customer.pk if customer else None, STANDARD, day or TODAY(), shipment)


def who() -> dict[str, Any]:
    return {"by": UserFactory(), "at": timezone.now()}


# --- what applies ----------------------------------------------------------------------------------


def test_what_is_written_is_read_back_to_the_last_figure() -> None:
    what = says(may_fall=True, min_fen=900, total_step_fen=10, heaviest=50_000)
    version = published(what)
    assert fingerprint(read_tariff(version)) == fingerprint(what) == version.sha256


def test_a_customer_s_own_price_comes_before_the_list_price() -> None:
    own, other = CustomerFactory(), CustomerFactory()
    published(flat_price(2000))
    published(flat_price(1500), customer=own, since=TODAY() - timedelta(days=10))
    assert rate_shipment(asked(own)).rated.gross_fen == 1500
    assert rate_shipment(asked(other)).rated.gross_fen == 2000
    # Before its first day the list price applied to this customer too.
    assert rate_shipment(asked(own, TODAY() - timedelta(days=11))).rated.gross_fen == 2000


def test_the_next_version_ends_the_one_before_and_a_draft_prices_nothing() -> None:
    old = published(flat_price(1000))
    new = published(flat_price(1100), since=TODAY() + timedelta(days=1))
    draft(flat_price(9), since=TODAY())
    assert rate_shipment(asked()).version == old
    assert rate_shipment(asked(day=TODAY() + timedelta(days=1))).version == new
    with pytest.raises(Unrated) as refused:
        rate_shipment(asked(day=TODAY() - timedelta(days=61)))
    assert refused.value.code == "no_tariff"


def test_rating_again_takes_the_fuel_of_the_day_the_shipment_was_taken() -> None:
    """M02: 12 % from 15 October, 14.5 % from 15 November; taken over ten minutes before."""
    published(says(10_000, components=(fuel("12"),)), since=date(2026, 10, 15))
    published(says(10_000, components=(fuel("14.5"),)), since=date(2026, 11, 15))
    taken = timezone.localdate(datetime.fromisoformat("2026-11-14T23:50:00+08:00"))
    for _again in range(2):
        price = rate_shipment(asked(day=taken))
        assert [line.fen for line in price.rated.lines] == [10_000, 1200]
    assert price.version is not None
    assert price.version.since == date(2026, 10, 15)
    assert rate_shipment(asked(day=date(2026, 11, 15))).rated.gross_fen == 11_450


def test_the_steps_of_a_kept_charge_are_computed_again_and_sum_to_it() -> None:
    version = published()
    shipment = ONE_KILO._replace(destination=LHASA, weight_g=2300, insured_fen=200_000)
    rated, steps = explain_price(version, shipment)
    assert rated.gross_fen == rate_shipment(asked(shipment=shipment)).rated.gross_fen
    assert sum(step.fen or 0 for step in steps) == rated.gross_fen == 2400 + 1200 + 360 + 1000


def test_a_price_costs_one_query_once_its_version_is_known() -> None:
    published()
    rate_shipment(asked())
    with CaptureQueriesContext(connection) as queries:
        rate_shipment(asked())
    assert len(queries) == 1


def test_many_are_read_in_one_query_and_refused_one_by_one() -> None:
    own = CustomerFactory()
    published()
    published(flat_price(700), customer=own)
    questions = [
        asked(own),
        asked(),
        asked(shipment=ONE_KILO._replace(weight_g=0)),
        asked(day=date(2000, 1, 1)),
    ]
    list(rate_shipments(questions))
    with CaptureQueriesContext(connection) as queries:
        answers = [answer for _asked, answer in rate_shipments(questions)]
    assert len(queries) == 2, "versions and quotes"
    assert [a.code if isinstance(a, Unrated) else a.rated.gross_fen for a in answers] == [
        700,
        1320,
        "no_weight",
        "no_tariff",
    ]


# --- drafting and publishing -----------------------------------------------------------------------


def test_a_tariff_with_a_hole_is_refused_and_the_draft_stays_as_it_was() -> None:
    version = draft()
    hole = replace(says(), segments=(*says().segments, RatingSegment("far", 9000, 1, row=7)))
    with pytest.raises(TariffRefused) as refused:
        services.fill_draft(version=version, says=hole, **who())
    assert [(row.part, row.row) for row in refused.value.rows][-1] == ("segments", 7)
    assert fingerprint(read_tariff(version)) == fingerprint(says())


def test_a_draft_that_prices_nothing_cannot_be_published() -> None:
    empty = services.draft_version(tariff=tariff(), since=TODAY(), **who())
    nowhere = draft(replace(says(), rules=()), since=TODAY())
    for version, code in ((empty, "no_prices"), (nowhere, "no_areas")):
        with pytest.raises(BadInput) as refused:
            services.publish_version(version=version, **who())
        assert refused.value.code == code


def test_a_rate_of_sixty_per_cent_is_asked_about_twice() -> None:
    version = draft(says(components=(fuel("60"),)), since=TODAY())
    with pytest.raises(BadInput) as refused:
        services.publish_version(version=version, **who())
    assert refused.value.code == "high_rate"
    assert "60 %" in str(refused.value)
    services.publish_version(version=version, high_rates_are_meant=True, **who())
    assert Event.objects.get(kind="tariff.version_published").data["rates"] == "燃油附加费 60 %"


def test_a_day_is_taken_once_and_a_past_one_needs_a_reason() -> None:
    version = draft(since=TODAY() - timedelta(days=1))
    with pytest.raises(BadInput) as refused:
        services.publish_version(version=version, **who())
    assert refused.value.code == "past_needs_reason"
    services.publish_version(version=version, note="合同补签", **who())
    again = draft(since=version.since)
    with pytest.raises(BadInput) as refused:
        services.publish_version(version=again, note="再来", **who())
    assert refused.value.code == "since_taken"


def test_a_copy_says_the_same_and_can_be_changed() -> None:
    version = published()
    copy = services.draft_version(
        tariff=version.tariff, since=TODAY() + timedelta(days=5), copied_from=version, **who()
    )
    assert fingerprint(read_tariff(copy)) == version.sha256
    services.change_terms(version=copy, values={"min_fen": 2000}, **who())
    copy.refresh_from_db()
    assert read_tariff(copy).min_fen == 2000
    assert read_tariff(version).min_fen == 0
    kinds = list(
        Event.objects.filter(subject_id=str(version.tariff_id))
        .order_by("id")
        .values_list("kind", flat=True)
    )
    assert kinds[-2:] == ["tariff.version_drafted", "tariff.version_changed"]


def test_what_is_published_is_neither_changed_nor_discarded_by_a_service() -> None:
    version = published()
    for act in (
        lambda: services.fill_draft(version=version, says=says(), **who()),
        lambda: services.change_terms(version=version, values={"min_fen": 1}, **who()),
        lambda: services.discard_draft(version=version, **who()),
        lambda: services.publish_version(version=version, note="x", **who()),
    ):
        with pytest.raises(RuleBroken) as refused:
            act()
        assert refused.value.code == "version_active"


def test_a_draft_can_be_discarded_and_then_is_gone() -> None:
    version = draft()
    services.discard_draft(version=version, **who())
    assert not TariffVersion.objects.exists()
    with pytest.raises(RuleBroken) as refused:
        services.discard_draft(version=version, **who())
    assert refused.value.code == "draft_gone"


def test_a_customer_has_one_tariff_for_a_service() -> None:
    for customer in (None, CustomerFactory()):
        tariff(customer)
        with pytest.raises(BadInput) as refused:
            services.create_tariff(customer=customer, service=STANDARD, name="又一个", **who())
        assert refused.value.code == "tariff_there"


# --- what the database refuses ---------------------------------------------------------------------


def refused_by_database(sql: str, *values: Any) -> bool:
    """Without the owner's maintenance, which tests declare to clean up."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL yipiao.maintenance = 'off'")
            cursor.execute(sql, values)
    except DatabaseError:
        return True
    return False


def test_an_active_version_and_its_rows_never_change() -> None:
    version, open_one = published(), draft(since=TODAY())
    segment, zone = (
        Segment.objects.filter(version=version)[0],
        Zone.objects.filter(version=version)[0],
    )
    band = ComponentBand.objects.filter(component__version=version)[0]
    tries = {
        "UPDATE pricing_tariffversion SET min_fen = 1 WHERE id = %s": version.pk,
        "UPDATE pricing_tariffversion SET state = 'draft', published_at = NULL, published_by_id = NULL, sha256 = '' WHERE id = %s": version.pk,
        "DELETE FROM pricing_segment WHERE id = %s": segment.pk,
        "UPDATE pricing_segment SET base_fen = 1 WHERE id = %s": segment.pk,
        "UPDATE pricing_zone SET name = 'x' WHERE id = %s": zone.pk,
        "UPDATE pricing_componentband SET rate_ppm = 1 WHERE id = %s": band.pk,
        "DELETE FROM pricing_componentband WHERE id = %s": band.pk,
        "INSERT INTO pricing_weightstep (version_id, position, upto, step, threshold) VALUES (%s, 9, 5, 1, 1)": version.pk,
        "INSERT INTO pricing_componentband (component_id, position, upto, base_fen, rate_ppm, beyond, step, inc_fen) VALUES (%s, 9, 5, 1, 0, 0, 1, 0)": band.component_id,
    }  # fmt: skip
    assert [sql for sql, pk in tries.items() if not refused_by_database(sql, pk)] == []
    # A row of a draft moves into no active version either, and a draft itself may change.
    mine = Segment.objects.filter(version=open_one)[0]
    assert refused_by_database(
        "UPDATE pricing_segment SET version_id = %s WHERE id = %s", version.pk, mine.pk
    )
    assert not refused_by_database("UPDATE pricing_segment SET base_fen = 1 WHERE id = %s", mine.pk)


def test_what_must_never_be_false_is_refused_by_the_database() -> None:
    version, person = draft(), UserFactory()
    zone = Zone.objects.filter(version=version)[0]
    active = published(customer=CustomerFactory())
    twin = draft(since=active.since, customer=active.tariff.customer)
    tries = {
        "UPDATE pricing_tariffversion SET state = 'active' WHERE id = %s": [version.pk],
        "UPDATE pricing_tariffversion SET divisor = 0 WHERE id = %s": [version.pk],
        "UPDATE pricing_tariffversion SET state = 'active', published_at = now(), published_by_id = %s, sha256 = repeat('a', 64) WHERE id = %s": [person.pk, twin.pk],
        "INSERT INTO pricing_segment (version_id, zone_id, position, base_fen, beyond, step, inc_fen) VALUES (%s, %s, 9, 1, 0, 1, 0)": [version.pk, zone.pk],
        "UPDATE pricing_segment SET base_fen = -1 WHERE version_id = %s": [version.pk],
        "UPDATE pricing_zonerule SET destination = 'moon' WHERE version_id = %s": [version.pk],
        "UPDATE pricing_component SET kind = 'freight' WHERE version_id = %s": [version.pk],
        "INSERT INTO pricing_tariff (service, name, currency, created_at, created_by_id) VALUES ('standard', 'x', 'CNY', now(), %s)": [person.pk],
    }  # fmt: skip
    assert [sql for sql, values in tries.items() if not refused_by_database(sql, *values)] == []


# --- tax classes and quotes ------------------------------------------------------------------------


def test_a_tax_class_is_what_it_was_on_the_day_and_is_written_once() -> None:
    for since, rate in ((date(2020, 1, 1), 60_000), (date(2027, 1, 1), 50_000)):
        services.add_tax_class(
            code="delivery", name="收派服务", since=since, rate_ppm=rate, **who()
        )
    found = TaxClass.objects.order_by("since").values_list("since__year", "rate_ppm")
    assert list(found) == [(2020, 60_000), (2027, 50_000)]
    with pytest.raises(BadInput):
        services.add_tax_class(
            code="delivery", name="x", since=date(2020, 1, 1), rate_ppm=1, **who()
        )
    assert refused_by_database("UPDATE pricing_taxclass SET rate_ppm = 1")
    assert TaxClass.objects.count() == 2


def quote(customer: Any, **more: Any) -> Quote:
    values = {"amount_fen": 80_000, "valid_until": TODAY() + timedelta(days=7), **who(), **more}
    return services.make_quote(
        customer=customer, service="dedicated", what="4.2 米 上海—苏州", **values
    )


def test_a_quote_counts_once_somebody_else_has_approved_it() -> None:
    customer = CustomerFactory()
    made = quote(customer)
    day = TODAY()
    mine = {"customer_id": customer.pk, "service": "dedicated", "day": day}

    def quote_for(**asked: Any) -> Quote | None:
        return read_quotes([customer.pk, None], ["dedicated"]).quote_for(**asked)

    assert quote_for(**mine) is None
    with pytest.raises(RuleBroken) as refused:
        services.approve_quote(quote=made, by=made.created_by, at=timezone.now())
    assert refused.value.code == "own_quote"
    assert refused_by_database(
        "UPDATE pricing_quote SET state = 'approved', decided_at = now(), decided_by_id = created_by_id"
    )
    services.approve_quote(quote=made, **who())
    assert quote_for(**mine) == made
    assert quote_for(**{**mine, "day": day + timedelta(days=8)}) is None
    special = services.approve_quote(quote=quote(customer, order_number="WO1"), **who())
    assert quote_for(**mine, order_number="WO1") == special
    assert quote_for(**{**mine, "customer_id": None}) is None
    price = rate_shipment(
        Asked(customer.pk, "dedicated", day, Shipment(quoted_fen=made.amount_fen))
    )
    assert (price.version, price.rated.gross_fen) == (None, 80_000)


def test_a_quote_that_cannot_be_is_refused() -> None:
    for more in ({"amount_fen": 0}, {"valid_until": TODAY() - timedelta(days=1)}):
        with pytest.raises(BadInput):
            quote(CustomerFactory(), **more)
    with pytest.raises(BadInput):
        services.turn_down_quote(quote=quote(CustomerFactory()), reason=" ", **who())


@pytest.mark.parametrize("frm", QuoteState)
@pytest.mark.parametrize("to", [QuoteState.APPROVED, QuoteState.TURNED_DOWN])
def test_a_quote_moves_only_as_its_table_says(frm: QuoteState, to: QuoteState) -> None:
    acts = {
        QuoteState.APPROVED: lambda q: services.approve_quote(quote=q, **who()),
        QuoteState.TURNED_DOWN: lambda q: services.turn_down_quote(quote=q, reason="太低", **who()),
    }
    one = quote(CustomerFactory())
    if frm != QuoteState.OPEN:
        acts[frm](one)
    if QUOTE_MOVES.allows(frm, to):
        assert acts[to](one).state == to
    else:
        with pytest.raises(RuleBroken) as refused:
            acts[to](one)
        assert refused.value.code == "illegal_move"


def test_a_version_moves_only_from_draft_to_active() -> None:
    assert list(VERSION_MOVES.moves()) == [(VersionState.DRAFT, VersionState.ACTIVE)]


# --- what would change -----------------------------------------------------------------------------


def test_what_a_version_would_change_for_the_shipments_of_last_month() -> None:
    first, last = last_month(date(2026, 3, 15))
    assert (first, last) == (date(2026, 2, 1), date(2026, 2, 28))
    published(says(), since=date(2026, 1, 1))
    new = draft(replace(says(1300), rules=says(1300).rules[:2]), since=date(2026, 3, 1))
    day = date(2026, 2, 10)
    near = [replace(asked(day=day), key=n) for n in range(3)]
    far = replace(asked(day=day, shipment=ONE_KILO._replace(destination=LHASA)), key="far")
    early = replace(asked(day=date(2025, 12, 1)), key="early")
    effects = effects_of(new, [*near, far, early])
    assert (effects.shipments, effects.before, effects.after) == (5, 3 * 1320, 3 * 1430)
    assert (effects.dearer, effects.cheaper, effects.lost, effects.gained) == (3, 0, 1, 1)
    assert effects.difference == 330
    assert effects.changes[0].key == "far"
    assert "拉萨" in effects.changes[0].why
