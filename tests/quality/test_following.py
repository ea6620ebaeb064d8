"""A shipment in trouble opens its exception by itself, once, and stays until the receipt (TRK-7)."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from apps.accounts.enums import UnitKind
from apps.accounts.queries import system_user
from apps.core.errors import BadInput, RuleBroken
from apps.events.services import relay_due
from apps.quality import services
from apps.quality.enums import ExceptionKind, FoundBy
from apps.quality.enums import ExceptionState as X
from apps.quality.models import ChaseTask, ExceptionReport
from apps.quality.rules import kind_of_status, worse_of
from apps.sla.enums import ClockState
from apps.sla.models import Clock
from apps.tracking.enums import DocumentState, LateCause, Reason, Status
from apps.tracking.models import ReturnDocument
from apps.tracking.services.documents import file_document, move_document
from apps.tracking.services.watch import look_again
from tests.at_once import all_at_once
from tests.complaints.conftest import kinds_of
from tests.factories.accounts import UnitFactory, UserFactory, superuser
from tests.factories.complaints import case, exception, follow_trouble, who
from tests.factories.shipments import ago, level, scan, shipment
from tests.factories.tracking import carrier
from tests.tracking.test_late import late, sweep

pytestmark = pytest.mark.requirement("TRK-7")


def only(**fields: Any) -> ExceptionReport:
    return ExceptionReport.objects.get(**fields)


def clock_of(chase: ChaseTask) -> Clock:
    found: Clock = Clock.objects.get(
        matter__subject_type="quality.chasetask", matter__subject_id=str(chase.pk)
    )
    return found


@pytest.mark.django_db
def test_a_late_shipment_opens_one_exception_and_has_the_centre_and_partner_chased() -> None:
    centre = UnitFactory(kind=UnitKind.FREIGHT_CENTRE)
    partner = carrier()
    found = late()
    waybill = found.waybill
    waybill.carrier = partner
    waybill.save()
    ChaseTask.objects.all().delete()
    relay_due()
    report = only(waybill=waybill)
    assert report.late == found and report.kind == ExceptionKind.LATE
    assert report.found_by == FoundBy.OWN_CHECK and report.known_at == found.found_at
    assert report.happened_at == min(found.promised_at or found.found_at, found.found_at)
    chases = {chase.unit or chase.carrier: chase for chase in report.chases.all()}
    assert set(chases) == {centre, partner}
    assert clock_of(chases[centre]).is_open
    # The same news again, and other news of the same shipment, open nothing new.
    services.follow_late_shipments({found.pk: (system_user("sweeper"), timezone.now())})
    relay_due()
    assert ExceptionReport.objects.count() == 1 and report.chases.count() == 2


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("exception.damaged", ExceptionKind.DAMAGED),
        ("exception.lost", ExceptionKind.LOST),
        ("exception.misrouted", ExceptionKind.MISROUTED),
        ("refused", ExceptionKind.REFUSED),
    ],
)
def test_damaged_lost_misrouted_and_refused_open_theirs(code: str, kind: ExceptionKind) -> None:
    waybill = shipment()
    scan(waybill, "picked_up", ago(minutes=30))
    happened = ago(minutes=10)
    scan(waybill, code, happened)
    relay_due()
    report = only(waybill=waybill)
    assert report.kind == kind and report.happened_at == happened
    assert report.is_serious == (kind in (ExceptionKind.DAMAGED, ExceptionKind.LOST))


@pytest.mark.django_db
def test_ordinary_news_opens_nothing() -> None:
    waybill = shipment()
    for code in ("picked_up", "departed", "attempt_failed"):
        scan(waybill, code)
    relay_due()
    assert not ExceptionReport.objects.exists()
    for status in Status:
        for reason in ("", *Reason.values):
            wanted = status == Status.REFUSED or (
                status == Status.EXCEPTION and reason in ("damaged", "lost", "misrouted")
            )
            assert (kind_of_status(status, reason) is not None) == wanted


@pytest.mark.django_db
def test_it_only_ever_grows_worse_and_takes_the_complaint_and_the_late_case_along() -> None:
    level()
    waybill = shipment(at=ago(hours=60), service_level="std")
    complaint = case(waybill=waybill)
    scan(waybill, "picked_up", ago(hours=59))
    scan(waybill, "exception.misrouted", ago(hours=3))
    relay_due()
    report = only()
    assert report.case == complaint and report.kind == ExceptionKind.MISROUTED
    scan(waybill, "exception.damaged", ago(hours=1))
    relay_due()
    report.refresh_from_db()
    assert report.kind == ExceptionKind.DAMAGED and report.is_serious
    assert "exception.worsened" in kinds_of(report)
    look_again([waybill.pk])
    sweep()
    relay_due()
    report.refresh_from_db()
    assert report.late is not None and report.kind == ExceptionKind.DAMAGED
    assert ExceptionReport.objects.count() == 1
    assert worse_of("lost", "late") == ExceptionKind.LOST


@pytest.mark.django_db
def test_a_chase_is_answered_once_and_asking_twice_is_refused() -> None:
    UnitFactory(kind=UnitKind.FREIGHT_CENTRE)
    late()
    relay_due()
    report = only()
    [chase] = report.chases.all()
    agent = superuser()
    later = timezone.now() + timedelta(hours=1)
    ask = {"exception_id": report.pk, "whom": chase.unit, "question": "到哪了？"}
    with pytest.raises(RuleBroken) as caught:
        services.add_chase(**ask, due_at=later, **who(agent))
    assert caught.value.code == "asked_already"
    with pytest.raises(BadInput):
        services.add_chase(**ask, due_at=ago(hours=1), **who(agent))
    services.answer_chase(chase_id=chase.pk, answer="在苏州中转，联系人：赵六", **who(agent))
    assert clock_of(chase).state == ClockState.MET
    answers = report.chases.get()
    assert answers.unit == chase.unit and "苏州" in answers.answer and "赵六" not in answers.answer
    with pytest.raises(RuleBroken):
        services.answer_chase(chase_id=chase.pk, answer="再说一次", **who(agent))
    services.add_chase(**ask, due_at=later, **who(agent))


@pytest.mark.django_db
def test_it_stays_until_the_late_case_is_closed_with_the_signed_receipt() -> None:
    found, agent = late(return_document_required=True), superuser()
    waybill = found.waybill
    scan(waybill, "picked_up", ago(hours=59))
    relay_due()
    report = only()
    with pytest.raises(RuleBroken) as caught:
        services.put_right(exception_id=report.pk, line="催到了", **who(agent))
    assert caught.value.field == "late"
    scan(waybill, "delivered", ago(minutes=5))
    look_again([waybill.pk])
    sweep()
    services.state_cause(
        exception_id=report.pk, cause=LateCause.LINE_HAUL, note="", expected_at=None, **who(agent)
    )
    with pytest.raises(RuleBroken):
        services.close_late(exception_id=report.pk, note="已签收", **who(agent))
    document = ReturnDocument.objects.get()
    file_it(document, agent)
    services.close_late(exception_id=report.pk, note="已签收", **who(agent))
    services.put_right(exception_id=report.pk, line="催办后次日送达", **who(agent))
    report.refresh_from_db()
    assert report.state == X.CLOSED
    # A new trouble is a new exception; the closed one cannot come back beside it.
    follow_trouble(
        waybill_id=waybill.pk,
        status=Status.EXCEPTION,
        reason=Reason.DAMAGED,
        happened_at=ago(minutes=1),
        **who(agent),
    )
    with pytest.raises(RuleBroken) as caught:
        services.reopen_exception(exception_id=report.pk, reason="又坏", **who(agent))
    assert caught.value.code == "exception_open"


def file_it(document: ReturnDocument, agent: Any) -> None:
    back = DocumentState.RECEIVED_AT_ORIGIN
    move_document(document_id=document.pk, to=back, **who(agent))
    file_document(document_id=document.pk, location="A-1", **who(agent))


@pytest.mark.django_db
def test_without_a_late_case_it_waits_for_the_shipment_and_its_receipt() -> None:
    waybill, agent = shipment(return_document_required=True), superuser()
    scan(waybill, "picked_up", ago(minutes=30))
    scan(waybill, "refused", ago(minutes=20))
    relay_due()
    report = only()
    put = {"exception_id": report.pk, "line": "二次派送成功"}
    with pytest.raises(RuleBroken) as caught:
        services.put_right(**put, **who(agent))
    assert caught.value.field == "waybill"
    scan(waybill, "delivered", ago(minutes=5))
    look_again([waybill.pk])
    sweep()
    with pytest.raises(RuleBroken) as caught:
        services.put_right(**put, **who(agent))
    assert caught.value.field == "return_document"
    file_it(ReturnDocument.objects.get(), agent)
    services.put_right(**put, **who(agent))


@pytest.mark.django_db
def test_an_unanswered_chase_ends_with_its_exception() -> None:
    UnitFactory(kind=UnitKind.FREIGHT_CENTRE)
    waybill, agent = shipment(), superuser()
    scan(waybill, "picked_up", ago(minutes=30))
    scan(waybill, "refused", ago(minutes=20))
    relay_due()
    scan(waybill, "delivered", ago(minutes=5))
    services.put_right(exception_id=only().pk, line="二次派送成功", **who(agent))
    [chase] = ChaseTask.objects.all()
    assert chase.dropped_by == agent and clock_of(chase).state == ClockState.STOPPED


@pytest.mark.django_db
def test_a_person_cannot_open_a_second_one_for_the_same_shipment() -> None:
    waybill = shipment()
    first = exception(waybill=waybill)
    with pytest.raises(RuleBroken) as caught:
        exception(waybill=waybill)
    assert caught.value.code == "exception_open" and first.number in str(caught.value)


@pytest.mark.django_db(transaction=True)
def test_two_subscribers_at_once_open_one() -> None:
    by = UserFactory()
    waybill = shipment()
    scan(waybill, "picked_up", ago(minutes=30))

    def follow(reason: str) -> Any:
        return lambda: follow_trouble(
            waybill_id=waybill.pk,
            status=Status.EXCEPTION,
            reason=reason,
            happened_at=ago(minutes=1),
            by=by,
            at=timezone.now(),
        )

    raised = all_at_once(follow(Reason.DAMAGED), follow(Reason.MISROUTED), follow(Reason.DAMAGED))
    assert raised == [None] * 3
    assert only(waybill=waybill).kind == ExceptionKind.DAMAGED
