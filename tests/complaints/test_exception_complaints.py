"""Complaints that meet an exception which is known already, and what that changes (CMP-4, CMP-5)."""

from datetime import timedelta

import pytest

from apps.complaints import services
from apps.complaints.enums import CaseClass
from apps.core.errors import RuleBroken
from apps.sla.enums import MatterKind, Metric
from apps.sla.models import Clock
from tests.factories.complaints import case, exception, who
from tests.factories.notifications import relay_all
from tests.factories.sla import publish, target
from tests.factories.tracking import waybill

pytestmark = pytest.mark.django_db


@pytest.mark.requirement("CMP-5")
def test_a_complaint_about_the_shipment_belongs_to_its_open_exception_and_makes_it_serious() -> (
    None
):
    parcel = waybill()
    report = exception(waybill=parcel)
    asked = case(waybill=parcel, case_class=CaseClass.INQUIRY)
    relay_all()
    report.refresh_from_db()
    assert report.case is None, "a question is no complaint"
    complained = case(waybill=parcel, case_class=CaseClass.COMPLAINT)
    relay_all()
    report.refresh_from_db()
    assert (report.case, report.is_serious) == (complained, True)
    with pytest.raises(RuleBroken):
        services.put_right(exception_id=report.pk, line="当场补绑", **who())
    case(waybill=parcel, case_class=CaseClass.COMPLAINT)
    relay_all()
    report.refresh_from_db()
    assert report.case == complained and asked != complained, "the first one stays"


@pytest.mark.requirement("CMP-4")
def test_what_turns_serious_runs_by_the_policy_for_serious_ones() -> None:
    hour = timedelta(hours=1)
    publish(
        target(Metric.SOLUTION, 2 * hour),
        kind=MatterKind.EXCEPTION,
        conditions={"severities": ["major"]},
    )
    report = exception()
    clocks = Clock.objects.filter(
        matter__subject_type=report._meta.label_lower, matter__subject_id=str(report.pk)
    )
    assert not clocks.filter(seconds=7200).exists()
    services.judge_seriousness(exception_id=report.pk, is_serious=True, reason="货值高", **who())
    clock = clocks.get(metric=Metric.SOLUTION)
    assert clock.due_at == report.known_at + 2 * hour
