"""A new house has standard times to begin with, so that its first order has a promise."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.utils import timezone

from apps.tracking.models import ServiceLane, ServiceLevel, Waybill
from apps.tracking.services.masters import save_row
from apps.tracking.services.promise import apply_promises
from tests.factories.accounts import superuser

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("TRK-5")]


def test_they_are_added_once_and_own_levels_stay() -> None:
    call_command("add_usual_standards", verbosity=0)
    assert (ServiceLevel.objects.count(), ServiceLane.objects.count()) == (4, 8)
    ServiceLane.objects.update(promised_hours=150)
    call_command("add_usual_standards", verbosity=0)
    assert ServiceLane.objects.filter(promised_hours=150).count() == 8


def test_the_stages_of_a_level_fit_its_promise() -> None:
    call_command("add_usual_standards", verbosity=0)
    for lane in ServiceLane.objects.all():
        stages = lane.pickup_hours + lane.sort_hours + lane.line_haul_hours + lane.delivery_hours
        assert stages <= lane.promised_hours


@pytest.mark.parametrize("days", [0, -1])
def test_standard_times_that_hold_on_no_day_are_refused_in_words(days: int) -> None:
    call_command("add_usual_standards", verbosity=0)
    lane = ServiceLane.objects.earliest("pk")
    lane.valid_until = lane.valid_from + timedelta(days=days)
    with pytest.raises(ValidationError) as refused:
        save_row(lane, by=superuser(), at=timezone.now())
    assert refused.value.message_dict == {"valid_until": ["截止日期须晚于生效日期。"]}


def test_a_shipment_between_cities_is_promised_in_three_days() -> None:
    call_command("add_usual_standards", verbosity=0)
    at = timezone.now()
    waybill = Waybill(
        job_type="door_to_door", origin_city="上海", destination_city="北京", issued_at=at
    )
    apply_promises([waybill])
    assert waybill.promised_at is not None
    assert timedelta(hours=72) <= waybill.promised_at - at <= timedelta(hours=72 + 24)
