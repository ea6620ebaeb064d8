"""What people do about a late shipment on its exception, and its pages."""

import itertools
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from apps.accounts.enums import ObjectScope, Role, UnitKind
from apps.accounts.models import User
from apps.core.errors import RuleBroken
from apps.events.queries import timeline
from apps.events.services import relay_due
from apps.quality import services
from apps.quality.enums import LateState
from apps.quality.models import ExceptionReport, PartyContact
from apps.quality.queries.late import late_list, late_of, with_state
from apps.sla.models import Clock
from apps.tracking.enums import DocumentState, LateCause, LateOutcome, Party
from apps.tracking.models import LateShipment, Waybill
from apps.tracking.services.documents import file_document, move_document
from apps.tracking.services.watch import look_again
from tests.factories.accounts import UnitFactory, UserFactory, sign_in, superuser
from tests.factories.shipments import ago, scan, shipment
from tests.pressing import do
from tests.tracking.test_late import late, sweep

pytestmark = pytest.mark.requirement("TRK-7")


def followed(hours: float = 60, **fields: Any) -> ExceptionReport:
    """The exception that a late shipment has opened."""
    found = late(hours, **fields)
    relay_due()
    return ExceptionReport.objects.select_related("waybill", "late").get(late=found)


def state_of(report: ExceptionReport) -> LateState:
    found: Any = late_of(report)
    state: LateState = found.state
    return state


def tell(report: ExceptionReport, party: Party, by: User, **more: Any) -> PartyContact:
    values = {
        "exception_id": report.pk,
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
    return services.record_contact(**values)


@pytest.mark.django_db
def test_both_are_told_with_an_apology_and_told_again_when_it_takes_longer() -> None:
    report, agent = followed(), superuser()
    when = timezone.now() + timedelta(hours=20)
    for wrong in ({"apologised": False}, {"expected_at": None}, {"expected_at": ago(hours=1)}):
        with pytest.raises(RuleBroken):
            tell(report, Party.CUSTOMER, agent, **wrong)
    assert state_of(report) == LateState.OPEN
    tell(report, Party.CUSTOMER, agent, reached=False, apologised=False, expected_at=None)
    tell(report, Party.CUSTOMER, agent, expected_at=when)
    report.refresh_from_db()
    assert (state_of(report), report.taken_by) == (LateState.IN_HAND, agent)
    tell(report, Party.CONSIGNEE, agent, expected_at=when)
    assert state_of(report) == LateState.TOLD
    assert LateShipment.objects.get().expected_at == when
    sweep_again(report)
    assert Waybill.objects.get(pk=report.waybill_id).expected_at == when
    services.state_cause(
        exception_id=report.pk,
        cause=LateCause.WEATHER,
        note="台风",
        expected_at=when + timedelta(days=1),
        by=agent,
        at=timezone.now(),
    )
    assert state_of(report) == LateState.IN_HAND
    with pytest.raises(IntegrityError), transaction.atomic():
        PartyContact.objects.create(
            exception=report,
            party=Party.CUSTOMER,
            channel="phone",
            was_reached=True,
            was_apologised_to=False,
            expected_at=when,
            at=when,
            by=agent,
        )


def sweep_again(report: ExceptionReport) -> None:
    assert report.waybill_id is not None
    look_again([report.waybill_id])
    sweep()
    report.refresh_from_db()


def closed(report: ExceptionReport, by: User, note: str = "") -> LateShipment:
    return services.close_late(exception_id=report.pk, note=note, by=by, at=timezone.now())


def caused(report: ExceptionReport, by: User) -> None:
    services.state_cause(
        exception_id=report.pk,
        cause=LateCause.LINE_HAUL,
        note="",
        expected_at=None,
        by=by,
        at=timezone.now(),
    )


@pytest.mark.django_db
def test_a_case_closes_when_delivered_and_the_receipt_is_on_file() -> None:
    report, agent = followed(return_document_required=True), superuser()
    waybill: Any = report.waybill
    with pytest.raises(RuleBroken, match=r"cause|原因"):
        closed(report, agent)
    caused(report, agent)
    with pytest.raises(RuleBroken) as still:
        closed(report, agent, "x")
    assert still.value.code == "not_yet"
    scan(waybill, "delivered", ago(hours=1))
    sweep_again(report)
    assert state_of(report) == LateState.ARRIVED
    waybill.refresh_from_db()
    document = waybill.return_document
    assert document.owed_since == waybill.delivered_at
    with pytest.raises(RuleBroken) as receipt:
        closed(report, agent, "x")
    assert receipt.value.field == "return_document"
    for step in (DocumentState.COLLECTED, DocumentState.RECEIVED_AT_ORIGIN):
        move_document(document_id=document.pk, to=step, by=agent, at=timezone.now())
    file_document(document_id=document.pk, location="A-1", by=agent, at=timezone.now())
    with pytest.raises(RuleBroken) as why:
        closed(report, agent)  # nobody was told: the note has to say why
    assert why.value.field == "closing_note"
    done = closed(report, agent, "客户已先来电")
    assert (state_of(report), done.outcome) == (LateState.CLOSED, LateOutcome.DELIVERED)
    assert timeline(waybill)[0].kind == "waybill.late_resolved"
    with pytest.raises(RuleBroken):
        closed(report, agent, "x")
    with pytest.raises(RuleBroken):
        caused(report, agent)


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
    report, agent = followed(), superuser()
    caused(report, agent)
    scan(report.waybill, code)
    sweep_again(report)
    assert closed(report, agent, "已说明").outcome == outcome


@pytest.mark.django_db
def test_what_goes_again_is_followed_until_it_is_there() -> None:
    report, agent = followed(), superuser()
    caused(report, agent)
    own: Any = report.waybill
    stranger, again = shipment(), shipment(customer=own.customer)
    link = {"exception_id": report.pk, "by": agent, "at": timezone.now()}
    for number in (stranger.number, own.number, "YP000"):
        with pytest.raises(RuleBroken):
            services.link_replacement(number=number, **link)
    services.link_replacement(number=again.number, **link)
    with pytest.raises(RuleBroken, match=again.number):
        closed(report, agent, "x")
    scan(again, "delivered")
    assert closed(report, agent, "已补发").outcome == LateOutcome.RESHIPPED


@pytest.mark.django_db
def test_a_chase_that_was_answered_on_the_phone_is_written_once() -> None:
    """It also answers what the house had asked them by itself, and meets that clock."""
    centre, report = UnitFactory(kind=UnitKind.FREIGHT_CENTRE), followed()
    agent, unit = superuser(), UnitFactory()
    ask = {"exception_id": report.pk, "question": "到哪了？", "by": agent, "at": timezone.now()}
    with pytest.raises(RuleBroken):
        services.record_chase(**ask, answer=" ", whom=unit)
    services.record_chase(**ask, answer="今晚装车", whom=unit)
    services.record_chase(**ask, answer="已出库", whom=centre)
    answers = {(c.unit, c.answer) for c in report.chases.all()}
    assert answers == {(unit, "今晚装车"), (centre, "已出库")}
    assert not Clock.objects.open().filter(kind="chase").exists()
    assert state_of(report) == LateState.IN_HAND


@pytest.mark.django_db
def test_taking_over_is_said_and_not_repeated() -> None:
    report, one, other = followed(), superuser(), superuser()
    take = {"exception_id": report.pk, "at": timezone.now()}
    assert services.take_exception(by=one, **take).taken_by == one
    with pytest.raises(RuleBroken):
        services.take_exception(by=one, **take)
    assert services.take_exception(by=other, **take).owner == other
    assert list(late_list(other).filter(exception__owner=other)) == [report.late]


@pytest.mark.django_db
def test_whoever_acts_first_has_it_in_hand_for_the_one_who_follows_it() -> None:
    report, agent, colleague = followed(), superuser(), superuser()
    ExceptionReport.objects.update(owner=agent)
    caused(report, colleague)
    report.refresh_from_db()
    assert (report.owner, report.taken_by) == (agent, colleague)


@pytest.mark.django_db
def test_somebody_elses_is_out_of_reach_and_who_answers_for_the_shipment_has_it() -> None:
    report, outsider = followed(), UserFactory(scope=ObjectScope.CUSTOMERS)
    with pytest.raises(ExceptionReport.DoesNotExist):
        services.take_exception(exception_id=report.pk, by=outsider, at=timezone.now())
    centre = UnitFactory()
    Waybill.objects.update(responsible_unit=centre)
    clerk = UserFactory(roles=[Role.FREIGHT_CLERK], unit=centre)
    assert (
        services.take_exception(exception_id=report.pk, by=clerk, at=timezone.now()).owner == clerk
    )


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("over", "there", "answers", "taken"), list(itertools.product([False, True], repeat=4))
)
def test_how_far_it_has_come_follows_from_the_facts(
    over: bool, there: bool, answers: bool, taken: bool
) -> None:
    report, agent, now = followed(), superuser(), timezone.now()
    expected_at = now + timedelta(hours=9)
    rows = LateShipment.objects.filter(exception=report)
    rows.update(expected_at=expected_at)
    if taken:
        ExceptionReport.objects.update(taken_at=now, taken_by=agent, owner=agent)
    for party in Party.values if answers else [Party.CUSTOMER]:
        words = {"was_reached": True, "was_apologised_to": True, "channel": "phone"}
        PartyContact.objects.create(
            exception=report, party=party, expected_at=expected_at, at=now, by=agent, **words
        )
    if there:
        scan(report.waybill, "delivered", ago(minutes=1))
    if over:
        rows.update(outcome=LateOutcome.DELIVERED, closed_at=now, closed_by=agent)
    facts = [
        (over, LateState.CLOSED),
        (there, LateState.ARRIVED),
        (answers, LateState.TOLD),
        (taken, LateState.IN_HAND),
        (True, LateState.OPEN),
    ]
    expected = next(state for holds, state in facts if holds)
    assert state_of(report) == expected
    assert with_state(rows).filter(state=expected).exists()


# --- the pages ---------------------------------------------------------------------------------


LIST = "admin:tracking_lateshipment_changelist"


def page(report: ExceptionReport) -> str:
    return reverse("admin:quality_exceptionreport_change", args=[report.pk])


def row(report: ExceptionReport) -> str:
    return reverse("admin:tracking_lateshipment_change", args=[report.late_id])


@pytest.mark.django_db
def test_the_queue_shows_the_longest_overdue_first_in_few_queries(client: Client) -> None:
    sign_in(client, superuser())
    counts = []
    for hours in (60, 90, 75):
        followed(hours)
        with CaptureQueriesContext(connection) as queries:
            answer = client.get(reverse(LIST))
        counts.append(len(queries))
    assert answer.status_code == 200
    shown = [late.promised_at for late in answer.context["cl"].result_list]
    assert shown == sorted(shown)
    assert counts[0] == counts[2] <= 12


@pytest.mark.django_db
def test_list_shipment_and_exception_show_the_same_facts(client: Client) -> None:
    report, agent = followed(), sign_in(client, superuser())
    own: Any = report.waybill
    caused(report, agent)
    when = timezone.now() + timedelta(hours=9)
    for party in Party:
        tell(report, party, agent, expected_at=when, answer=f"{party}说好")
    shipment_page = reverse("desk:shipment", args=[own.number])
    for where in (reverse(LIST), reverse("admin:index"), shipment_page, page(report)):
        assert str(LateState.TOLD.label) in client.get(where).text
    for where in (shipment_page, page(report)):
        shown = client.get(where).text
        assert "consignee说好" in shown and str(LateCause.LINE_HAUL.label) in shown
    assert client.get(row(report)).headers["Location"] == page(report)


@pytest.mark.django_db
def test_acts_are_posted_and_a_refused_one_keeps_what_was_typed(client: Client) -> None:
    report, agent = followed(), sign_in(client, superuser())
    assert client.get(page(report)).status_code == 200
    answer = do(client, page(report), "cause", {"cause": "other", "note": ""})
    assert answer.status_code == 422
    assert b'<details id="act-cause" open>' in answer.content
    typed = {"party": "customer", "channel": "phone", "reached": "on", "answer": "等不了了"}
    answer = do(client, page(report), "contact", typed)
    assert answer.status_code == 422
    assert "等不了了" in answer.content.decode()
    assert not report.contacts.exists()
    assert do(client, page(report), "take").status_code == 302
    report.refresh_from_db()
    assert report.taken_by == agent


@pytest.mark.django_db
def test_a_chase_needs_a_due_time_or_an_answer(client: Client) -> None:
    report, unit = followed(), UnitFactory()
    sign_in(client, superuser())
    typed = {"unit": unit.pk, "question": "到哪了？"}
    assert do(client, page(report), "chase", typed).status_code == 422
    assert do(client, page(report), "chase", {**typed, "answer": "今晚到"}).status_code == 302
    assert report.chases.get(unit=unit).answer == "今晚到"


@pytest.mark.django_db
def test_who_may_not_pass(client: Client) -> None:
    report = followed()
    sign_in(client, UserFactory())
    for where in (page(report), row(report), reverse(LIST)):
        assert client.get(where).status_code == 403
    reader = UserFactory(roles=[Role.FINANCE], scope=ObjectScope.CUSTOMERS)
    sign_in(client, reader)
    for where in (page(report), row(report)):
        assert client.get(where).status_code in (403, 404)
    assert do(client, page(report), "take").status_code in (403, 404)
    client.logout()
    assert client.get(page(report)).status_code == 302


@pytest.mark.django_db
def test_whoever_may_only_read_about_shipments_reads_it_there(client: Client) -> None:
    report = followed()
    own: Any = report.waybill
    sign_in(client, UserFactory(roles=[Role.FINANCE], scope=ObjectScope.ALL))
    where = client.get(row(report)).headers["Location"]
    assert where == reverse("desk:shipment", args=[own.number])
    assert str(LateState.OPEN.label) in client.get(where).text
    assert page(report) not in client.get(where).text
