"""What people do about a late shipment, and its pages."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from apps.accounts.enums import ObjectScope, Role
from apps.accounts.models import User
from apps.core.errors import RuleBroken
from apps.events.queries import timeline
from apps.tracking.enums import (
    DocumentState,
    LateCause,
    LateOutcome,
    LateState,
    Party,
)
from apps.tracking.models import LateContact, LateShipment, Waybill
from apps.tracking.services import cases
from apps.tracking.services.documents import file_document, move_document
from apps.tracking.services.watch import look_again
from apps.tracking.states import LATE_MOVES
from tests.factories.accounts import UnitFactory, UserFactory, sign_in, superuser
from tests.factories.shipments import ago, scan, shipment
from tests.pressing import do
from tests.tracking.test_late import late, sweep

pytestmark = pytest.mark.requirement("TRK-7")


def tell(case: LateShipment, party: Party, by: User, **more: Any) -> LateContact:
    values = {
        "case_id": case.pk,
        "party": party,
        "channel": "phone",
        "reached": True,
        "apologised": True,
        "expected_at": timezone.now() + timedelta(hours=20),
        "answer": "知道了",
        "by": by,
        "at": timezone.now(),
        **more,
    }
    return cases.record_contact(**values)


@pytest.mark.django_db
def test_both_are_told_with_an_apology_and_told_again_when_it_takes_longer() -> None:
    case, agent = late(), superuser()
    when = timezone.now() + timedelta(hours=20)
    for wrong in ({"apologised": False}, {"expected_at": None}, {"expected_at": ago(hours=1)}):
        with pytest.raises(RuleBroken):
            tell(case, Party.CUSTOMER, agent, **wrong)
    tell(case, Party.CUSTOMER, agent, reached=False, apologised=False, expected_at=None)
    tell(case, Party.CUSTOMER, agent, expected_at=when)
    case.refresh_from_db()
    assert (case.state, case.taken_by) == (LateState.IN_HAND, agent)
    tell(case, Party.CONSIGNEE, agent, expected_at=when)
    case.refresh_from_db()
    assert (case.state, case.expected_at) == (LateState.TOLD, when)
    sweep_again(case)
    assert Waybill.objects.get(pk=case.waybill_id).expected_at == when
    cases.state_cause(
        case_id=case.pk,
        cause=LateCause.WEATHER,
        note="台风",
        expected_at=when + timedelta(days=1),
        by=agent,
        at=timezone.now(),
    )
    case.refresh_from_db()
    assert case.state == LateState.IN_HAND
    with pytest.raises(IntegrityError), transaction.atomic():
        LateContact.objects.create(
            case=case,
            party=Party.CUSTOMER,
            channel="phone",
            was_reached=True,
            was_apologised_to=False,
            expected_at=when,
            at=when,
            by=agent,
        )


def sweep_again(case: LateShipment) -> None:
    look_again([case.waybill_id])
    sweep()
    case.refresh_from_db()


def closed(case: LateShipment, by: User, note: str = "", **more: Any) -> LateShipment:
    return cases.close_case(case_id=case.pk, note=note, by=by, at=timezone.now(), **more)


def caused(case: LateShipment, by: User) -> None:
    cases.state_cause(
        case_id=case.pk,
        cause=LateCause.LINE_HAUL,
        note="",
        expected_at=None,
        by=by,
        at=timezone.now(),
    )


@pytest.mark.django_db
def test_a_case_closes_when_delivered_and_the_receipt_is_on_file() -> None:
    case, agent = late(return_document_required=True), superuser()
    with pytest.raises(RuleBroken, match=r"cause|原因"):
        closed(case, agent)
    caused(case, agent)
    with pytest.raises(RuleBroken) as still:
        closed(case, agent, "x")
    assert still.value.code == "not_yet"
    scan(case.waybill, "delivered", ago(hours=1))
    sweep_again(case)
    assert case.state == LateState.ARRIVED
    document = case.waybill.return_document
    assert document.owed_since == case.waybill.delivered_at
    with pytest.raises(RuleBroken) as receipt:
        closed(case, agent, "x")
    assert receipt.value.field == "return_document"
    for step in (DocumentState.COLLECTED, DocumentState.RECEIVED_AT_ORIGIN):
        move_document(document_id=document.pk, to=step, by=agent, at=timezone.now())
    file_document(document_id=document.pk, location="A-1", by=agent, at=timezone.now())
    with pytest.raises(RuleBroken) as why:
        closed(case, agent)  # nobody was told: the note has to say why
    assert why.value.field == "closing_note"
    done = closed(case, agent, "客户已先来电")
    assert (done.state, done.outcome) == (LateState.CLOSED, LateOutcome.DELIVERED)
    assert timeline(case.waybill)[0].kind == "waybill.late_resolved"
    with pytest.raises(RuleBroken):
        closed(case, agent, "x")
    with pytest.raises(RuleBroken):
        caused(case, agent)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("code", "outcome"),
    [
        ("returned.signed_by_sender", LateOutcome.RETURNED),
        ("cancelled.before_pickup", LateOutcome.CANCELLED),
        ("lost", LateOutcome.LOST),
    ],
)
def test_other_endings(code: str, outcome: LateOutcome) -> None:
    case, agent = late(), superuser()
    caused(case, agent)
    scan(case.waybill, code)
    sweep_again(case)
    assert closed(case, agent, "已说明").outcome == outcome


@pytest.mark.django_db
def test_what_goes_again_is_followed_until_it_is_there() -> None:
    case, agent = late(), superuser()
    caused(case, agent)
    stranger, again = shipment(), shipment(customer=case.waybill.customer)
    link = {"case_id": case.pk, "by": agent, "at": timezone.now()}
    for number in (stranger.number, case.waybill.number, "YP000"):
        with pytest.raises(RuleBroken):
            cases.link_replacement(number=number, **link)
    cases.link_replacement(number=again.number, **link)
    with pytest.raises(RuleBroken, match=again.number):
        closed(case, agent, "x")
    scan(again, "delivered")
    assert closed(case, agent, "已补发").outcome == LateOutcome.RESHIPPED


@pytest.mark.django_db
def test_a_chase_asks_one_unit_or_one_partner() -> None:
    case, agent, unit = late(), superuser(), UnitFactory()
    chase = {"case_id": case.pk, "by": agent, "at": timezone.now()}
    for wrong in ({"answer": "x"}, {"answer": " ", "unit": unit}):
        with pytest.raises(RuleBroken):
            cases.record_chase(**chase, **wrong)
    cases.record_chase(**chase, answer="今晚装车", unit=unit)
    assert case.chases.get().unit == unit


@pytest.mark.django_db
def test_taking_over_is_said_and_not_repeated() -> None:
    case, one, other = late(), superuser(), superuser()
    cases.take_case(case_id=case.pk, by=one, at=timezone.now())
    with pytest.raises(RuleBroken):
        cases.take_case(case_id=case.pk, by=one, at=timezone.now())
    assert cases.take_case(case_id=case.pk, by=other, at=timezone.now()).taken_by == other


@pytest.mark.django_db
def test_somebody_elses_case_is_out_of_reach() -> None:
    case, outsider = late(), UserFactory(scope=ObjectScope.CUSTOMERS)
    with pytest.raises(LateShipment.DoesNotExist):
        cases.take_case(case_id=case.pk, by=outsider, at=timezone.now())


@pytest.mark.parametrize("frm", list(LateState))
@pytest.mark.parametrize("to", list(LateState))
def test_every_move_legal_or_not(frm: LateState, to: LateState) -> None:
    legal = {
        LateState.OPEN: {LateState.IN_HAND, LateState.ARRIVED, LateState.CLOSED},
        LateState.IN_HAND: {LateState.TOLD, LateState.ARRIVED, LateState.CLOSED},
        LateState.TOLD: {LateState.IN_HAND, LateState.ARRIVED, LateState.CLOSED},
        LateState.ARRIVED: {LateState.OPEN, LateState.IN_HAND, LateState.CLOSED},
        LateState.CLOSED: set(),
    }
    if to in legal[frm]:
        LATE_MOVES.check(frm, to)
    else:
        with pytest.raises(RuleBroken):
            LATE_MOVES.check(frm, to)


# --- the pages ---------------------------------------------------------------------------------


def page(case: LateShipment) -> str:
    return reverse("admin:tracking_lateshipment_change", args=[case.pk])


@pytest.mark.django_db
def test_the_queue_shows_the_longest_overdue_first_in_few_queries(client: Client) -> None:
    sign_in(client, superuser())
    where = reverse("admin:tracking_lateshipment_changelist")
    counts = []
    for hours in (60, 90, 75):
        late(hours)
        with CaptureQueriesContext(connection) as queries:
            answer = client.get(where)
        counts.append(len(queries))
    assert answer.status_code == 200
    shown = [case.promised_at for case in answer.context["cl"].result_list]
    assert shown == sorted(shown)
    assert counts[0] == counts[2] <= 12


@pytest.mark.django_db
def test_acts_are_posted_and_a_refused_one_keeps_what_was_typed(client: Client) -> None:
    case, agent = late(), sign_in(client, superuser())
    assert client.get(page(case)).status_code == 200
    answer = do(client, page(case), "cause", {"cause": "other", "note": ""})
    assert answer.status_code == 422
    assert b'<details id="act-cause" open>' in answer.content
    typed = {"party": "customer", "channel": "phone", "reached": "on", "answer": "等不了了"}
    answer = do(client, page(case), "contact", typed)
    assert answer.status_code == 422
    assert "等不了了" in answer.content.decode()
    assert not case.contacts.exists()
    assert do(client, page(case), "take").status_code == 302
    case.refresh_from_db()
    assert case.taken_by == agent


@pytest.mark.django_db
def test_who_may_not_pass(client: Client) -> None:
    case = late()
    sign_in(client, UserFactory())
    assert client.get(page(case)).status_code == 403
    assert client.get(reverse("admin:tracking_lateshipment_changelist")).status_code == 403
    reader = UserFactory(roles=[Role.FINANCE], scope=ObjectScope.CUSTOMERS)
    sign_in(client, reader)
    assert client.get(page(case)).status_code in (403, 404)
    assert do(client, page(case), "take").status_code in (403, 404)
    client.logout()
    assert client.get(page(case)).status_code == 302
