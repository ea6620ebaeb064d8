"""Parcels that arrived yesterday, and people asked about them."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from apps.core.times import day_start
from apps.surveys import services
from apps.surveys.enums import SurveyAudience
from apps.surveys.models import SurveyAsk, SurveyPlan
from apps.tracking.enums import Status
from apps.tracking.models import Waybill
from tests.factories.complaints import who
from tests.factories.customers import CustomerFactory
from tests.factories.tracking import waybill


def delivered(count: int, **fields: Any) -> list[Waybill]:
    """Each to another phone, yesterday at noon."""
    at = day_start(timezone.localdate(), days=-1) + timedelta(hours=12)
    customer = fields.pop("customer", None) or CustomerFactory()
    rows = [
        waybill(customer=customer, consignee_phone=f"139{n:08d}", **fields) for n in range(count)
    ]
    Waybill.objects.filter(pk__in=[row.pk for row in rows]).update(
        status=Status.DELIVERED, status_at=at, delivered_at=at
    )
    return rows


def plan(audience: SurveyAudience = SurveyAudience.CONSIGNEE, **values: Any) -> SurveyPlan:
    """The other audience is asked nothing."""
    SurveyPlan.objects.exclude(audience=audience).update(is_active=False)
    SurveyPlan.objects.filter(audience=audience).update(from_hour=0, **values)
    return SurveyPlan.objects.get(audience=audience)


def draw() -> int:
    return services.draw_surveys(**who())


def ask_one() -> SurveyAsk:
    delivered(1)
    plan()
    assert draw() == 1
    return SurveyAsk.objects.get()
