"""A new house has standard times to begin with, so that its first order has a promise."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.utils import timezone

from apps.tracking.models import ServiceLane, ServiceLevel, Waybill
from apps.tracking.services.promise import apply_promises

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


def test_a_shipment_between_cities_is_promised_in_three_days() -> None:
    call_command("add_usual_standards", verbosity=0)
    at = timezone.now()
    waybill = Waybill(
        job_type="door_to_door", origin_city="上海", destination_city="北京", issued_at=at
    )
    apply_promises([waybill])
    assert waybill.promised_at is not None
    assert timedelta(hours=72) <= waybill.promised_at - at <= timedelta(hours=72 + 24)
