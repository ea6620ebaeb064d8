"""The signed original comes back, is filed, kept as long as the rule says, and let go."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from apps.accounts.enums import ObjectScope
from apps.accounts.queries import system_user
from apps.core.errors import RuleBroken
from apps.events.queries import timeline
from apps.tracking.enums import DocumentState as D
from apps.tracking.enums import FilingPlace
from apps.tracking.models import ReturnDocument, ReturnDocumentMove, Waybill
from apps.tracking.models.return_document import years_later
from apps.tracking.queries.documents import days_owed, releasable
from apps.tracking.services import pod
from apps.tracking.services.documents import (
    destroy_document,
    expect_documents,
    file_document,
    move_document,
)
from apps.tracking.states import DOCUMENT_MOVES
from tests.factories.accounts import UserFactory, sign_in, superuser
from tests.factories.shipments import ago, proof, scan, shipment
from tests.pressing import do

pytestmark = pytest.mark.requirement("TRK-6")

WAY_BACK = (D.COLLECTED, D.IN_TRANSIT_BACK, D.RECEIVED_AT_ORIGIN)


def by_now() -> dict[str, Any]:
    return {"by": system_user("tests"), "at": timezone.now()}


def owed(days: int = 5) -> ReturnDocument:
    waybill = shipment(at=ago(days=days + 3), return_document_required=True)
    scan(waybill, "delivered", ago(days=days))
    expect_documents([waybill], **by_now())
    return ReturnDocument.objects.get(waybill=waybill)


def filed(days_ago: float = 0, filing_place: FilingPlace = FilingPlace.ORIGIN) -> ReturnDocument:
    document = owed()
    way = WAY_BACK if filing_place == FilingPlace.ORIGIN else WAY_BACK[:1]
    for step in way:
        move_document(document_id=document.pk, to=step, **by_now())
    file_document(
        document_id=document.pk,
        location="A-12-3",
        filing_place=filing_place,
        by=system_user("tests"),
        at=ago(days=days_ago),
    )
    document.refresh_from_db()
    return document


@pytest.mark.django_db
def test_it_is_expected_with_the_proof_and_owed_from_the_delivery() -> None:
    waybill = shipment(at=ago(hours=9), return_document_required=True)
    pod.record_proof(waybill_id=waybill.pk, proof=proof(signed_at=ago(hours=1)), **by_now())
    document = ReturnDocument.objects.get()
    waybill.refresh_from_db()
    assert (document.state, document.owed_since) == (D.EXPECTED, waybill.delivered_at)
    assert timeline(document)[0].kind == "returndocument.expected"
    expect_documents([waybill], **by_now())
    assert ReturnDocument.objects.count() == 1
    assert list(ReturnDocument.objects.outstanding()) == [document]


@pytest.mark.django_db
def test_a_shipment_that_never_arrives_owes_none() -> None:
    waybill = shipment(at=ago(hours=9), return_document_required=True)
    expect_documents([waybill], **by_now())
    assert not ReturnDocument.objects.outstanding().exists()
    scan(waybill, "returned.signed_by_sender")
    expect_documents([waybill], **by_now())
    assert ReturnDocument.objects.get().state == D.VOID
    without = scan(shipment(return_document_required=False), "delivered")
    expect_documents([without], **by_now())
    assert ReturnDocument.objects.count() == 1


@pytest.mark.django_db
def test_it_comes_back_step_by_step_and_is_filed() -> None:
    document = owed(days=5)
    assert days_owed(document, timezone.now()) == 5
    for step in WAY_BACK:
        move_document(document_id=document.pk, to=step, place="上海分拨", **by_now())
    with pytest.raises(RuleBroken):
        file_document(document_id=document.pk, location=" ", **by_now())
    with pytest.raises(RuleBroken):
        file_document(
            document_id=document.pk, location="A", filing_place=FilingPlace.DESTINATION, **by_now()
        )
    file_document(document_id=document.pk, location="A-12-3", **by_now())
    document.refresh_from_db()
    assert (document.state, document.location) == (D.FILED, "A-12-3")
    assert days_owed(document, timezone.now()) is None
    moves = document.moves.order_by("pk").values_list("from_state", "to_state")
    assert list(moves) == [
        ("expected", "collected"),
        ("collected", "in_transit_back"),
        ("in_transit_back", "received_at_origin"),
        ("received_at_origin", "filed"),
    ]
    assert timeline(document)[0].kind == "returndocument.moved"


@pytest.mark.django_db
def test_a_missing_one_says_what_is_known_and_may_turn_up() -> None:
    document = owed()
    with pytest.raises(RuleBroken):
        move_document(document_id=document.pk, to=D.MISSING, **by_now())
    move_document(document_id=document.pk, to=D.MISSING, note="派件员未交回", **by_now())
    assert ReturnDocument.objects.outstanding().count() == 1
    move_document(document_id=document.pk, to=D.RECEIVED_AT_ORIGIN, **by_now())
    with pytest.raises(RuleBroken):
        move_document(document_id=document.pk, to=D.FILED, **by_now())


@pytest.mark.django_db
def test_origin_files_only_what_is_back() -> None:
    document = owed()
    move_document(document_id=document.pk, to=D.COLLECTED, **by_now())
    with pytest.raises(RuleBroken) as refused:
        file_document(document_id=document.pk, location="A", **by_now())
    assert refused.value.code == "not_back_yet"


LEGAL = {
    D.EXPECTED: {D.COLLECTED, D.IN_TRANSIT_BACK, D.RECEIVED_AT_ORIGIN, D.MISSING, D.VOID},
    D.COLLECTED: {D.IN_TRANSIT_BACK, D.RECEIVED_AT_ORIGIN, D.FILED, D.MISSING},
    D.IN_TRANSIT_BACK: {D.RECEIVED_AT_ORIGIN, D.MISSING},
    D.RECEIVED_AT_ORIGIN: {D.FILED, D.MISSING},
    D.MISSING: {D.COLLECTED, D.IN_TRANSIT_BACK, D.RECEIVED_AT_ORIGIN, D.VOID},
    D.FILED: {D.DESTROYED},
    D.VOID: {D.EXPECTED},
    D.DESTROYED: set(),
}


@pytest.mark.parametrize("frm", list(D))
@pytest.mark.parametrize("to", list(D))
def test_every_move_legal_or_not(frm: D, to: D) -> None:
    assert DOCUMENT_MOVES.allows(frm, to) == (to in LEGAL[frm])


@pytest.mark.django_db
@pytest.mark.parametrize("to", [s for s in D if s not in LEGAL[D.EXPECTED]])
def test_the_service_refuses_illegal_moves(to: D) -> None:
    document = owed()
    with pytest.raises(RuleBroken):
        move_document(document_id=document.pk, to=to, note="x", **by_now())
    document.refresh_from_db()
    assert document.state == D.EXPECTED
    assert not ReturnDocumentMove.objects.exists()


@pytest.mark.django_db
def test_the_database_knows_where_a_filed_one_is_and_keeps_the_way() -> None:
    document = filed()
    for wrong in ({"location": ""}, {"filed_by": None}, {"state": D.EXPECTED}):
        with pytest.raises(IntegrityError), transaction.atomic():
            ReturnDocument.objects.filter(pk=document.pk).update(**wrong)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL yipiao.maintenance = 'off'")
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        ReturnDocumentMove.objects.all().delete()


# --- how long it is kept -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("moment", "years", "later"),
    [
        ((2024, 3, 1), 2, (2026, 3, 1)),
        ((2024, 2, 29), 2, (2026, 3, 1)),
        ((2024, 2, 29), 4, (2028, 2, 29)),
        ((2026, 3, 1), -2, (2024, 3, 1)),
        ((2028, 2, 29), -2, (2026, 2, 28)),
    ],
)
def test_years_are_counted_by_the_calendar(moment: Any, years: int, later: Any) -> None:
    assert years_later(datetime(*moment, tzinfo=UTC), years) == datetime(*later, tzinfo=UTC)


@given(
    st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC)),
    st.datetimes(datetime(2020, 1, 1), datetime(2034, 1, 1), timezones=st.just(UTC)),
    st.integers(1, 3),
)
def test_the_list_never_offers_what_may_not_go_yet(
    filed_at: datetime, now: datetime, years: int
) -> None:
    if filed_at <= years_later(now, -years):
        assert years_later(filed_at, years) <= now


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("filing_place", "days", "free"),
    [
        (FilingPlace.ORIGIN, 729, False),
        (FilingPlace.ORIGIN, 732, True),
        (FilingPlace.DESTINATION, 364, False),
        (FilingPlace.DESTINATION, 367, True),
    ],
)
def test_two_years_at_origin_and_one_at_the_destination(
    filing_place: FilingPlace, days: int, free: bool
) -> None:
    document = filed(days, filing_place)
    assert releasable(timezone.now()).exists() is free
    destroy = {"document_id": document.pk, **by_now()}
    with pytest.raises(RuleBroken):
        destroy_document(reason=" ", **destroy)
    if not free:
        with pytest.raises(RuleBroken) as refused:
            destroy_document(reason="到期", **destroy)
        assert refused.value.code == "kept_by_rule"
        return
    destroy_document(reason="2026 年销毁清单第 3 批，碎纸", **destroy)
    document.refresh_from_db()
    assert document.state == D.DESTROYED
    assert document.location == "A-12-3"  # the record stays
    with pytest.raises(RuleBroken):
        destroy_document(reason="再次", **destroy)


@pytest.mark.django_db
def test_the_rule_is_a_setting(settings: Any) -> None:
    document = filed(800)
    settings.RETURN_DOCUMENT_YEARS = {FilingPlace.ORIGIN: 3}
    assert not releasable(timezone.now()).exists()
    with pytest.raises(RuleBroken):
        destroy_document(document_id=document.pk, reason="到期", **by_now())


@pytest.mark.django_db
def test_nothing_is_due_until_it_is_filed() -> None:
    assert owed().retention_due is None
    with pytest.raises(RuleBroken):
        destroy_document(document_id=owed().pk, reason="x", **by_now())


# --- the pages -----------------------------------------------------------------------------------


def page(document: ReturnDocument) -> str:
    return reverse("admin:tracking_returndocument_change", args=[document.pk])


@pytest.mark.django_db
def test_the_queue_is_longest_owed_first_in_few_queries(client: Client) -> None:
    sign_in(client, superuser())
    where = reverse("admin:tracking_returndocument_changelist")
    counts = []
    for days in (5, 20, 9):
        owed(days)
        with CaptureQueriesContext(connection) as queries:
            answer = client.get(where)
        counts.append(len(queries))
    shown = [d.owed_since for d in answer.context["cl"].result_list]
    assert shown == sorted(shown)
    assert counts[0] == counts[2] <= 12
    assert "⚠" in answer.content.decode()
    for state in ("releasable", "all", "filed"):
        assert client.get(where, {"where": state}).status_code == 200


@pytest.mark.django_db
def test_steps_are_posted_and_destroying_needs_its_own_permission(client: Client) -> None:
    document, done = owed(), filed(800)
    sign_in(client, superuser())
    assert client.get(page(document)).status_code == 200
    sent = {"to": "missing", "note": ""}
    assert do(client, page(document), "move", sent).status_code == 422
    assert do(client, page(document), "move", sent | {"to": "collected"}).status_code == 302
    put = {"location": "B-1", "filing_place": "destination"}
    assert do(client, page(document), "file", put).status_code == 302
    gone = {"reason": "到期销毁"}
    assert do(client, page(document), "destroy", gone).status_code == 422
    assert do(client, page(done), "destroy", gone).status_code == 302


@pytest.mark.django_db
def test_who_may_not_pass(client: Client) -> None:
    document = owed()
    sign_in(client, UserFactory())
    assert client.get(page(document)).status_code == 403
    sign_in(client, UserFactory(scope=ObjectScope.CUSTOMERS, is_superuser=False))
    assert do(client, page(document), "destroy").status_code in (403, 404)
    assert Waybill.objects.exists()
