"""How one partner carrier does in a period (TRK-5)."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone

from apps.core.times import day_start
from apps.tracking.enums import TROUBLE, Status
from apps.tracking.models import (
    PartnerAgreement,
    PartnerCarrier,
    StageAssignment,
    TrackingEvent,
    Waybill,
)
from apps.tracking.queries.stage_report import StageRow, stage_rows
from apps.tracking.queries.standards import MEASURED_PROMISE

if TYPE_CHECKING:
    from apps.accounts.models import User


@dataclass(frozen=True, slots=True)
class Scorecard:
    volume: int
    delivered: int
    promised: int  # concluded or overdue shipments that had a promise
    on_time: int
    troubled: int
    lost_or_damaged: int
    stages: tuple[StageRow, ...]

    @property
    def on_time_share(self) -> Decimal | None:
        return _percent(self.on_time, self.promised)

    @property
    def troubled_share(self) -> Decimal | None:
        return _percent(self.troubled, self.volume)

    @property
    def overruns(self) -> int:
        return sum(row.over for row in self.stages)


def _percent(part: int, whole: int) -> Decimal | None:
    return (Decimal(100 * part) / whole).quantize(Decimal("0.1")) if whole else None


def scorecard(
    carrier: PartnerCarrier, first_day: date, last_day: date, *, user: "User", now: datetime
) -> Scorecard:
    """The waybills of the period that name the carrier or whose stages it was given; its stages also
    where only its scans say so."""
    reported = TrackingEvent.objects.filter(
        waybill=OuterRef("pk"), issued_month=OuterRef("issued_month"), is_withdrawal=False
    )
    due = Q(measured__isnull=False) & (Q(delivered_at__isnull=False) | Q(measured__lt=now))
    figures = (
        Waybill.objects.visible_to(user)
        .filter(
            Q(carrier_id=carrier.pk) | Q(pk__in=carried_by(carrier)),
            issued_at__gte=day_start(first_day),
            issued_at__lt=day_start(last_day, days=1),
        )
        .annotate(
            measured=MEASURED_PROMISE,
            had_trouble=Exists(reported.filter(status__in=TROUBLE)),
            had_loss=Exists(
                reported.filter(status=Status.EXCEPTION, reason__in=["lost", "damaged"])
            ),
        )
        .aggregate(
            volume=Count("pk"),
            delivered=Count("pk", filter=Q(delivered_at__isnull=False)),
            promised=Count("pk", filter=due),
            on_time=Count("pk", filter=Q(delivered_at__lte=F("measured"))),
            troubled=Count("pk", filter=Q(had_trouble=True)),
            lost_or_damaged=Count("pk", filter=Q(had_loss=True)),
        )
    )
    stages = stage_rows(first_day, last_day, user=user, now=now, carrier_id=carrier.pk)
    return Scorecard(stages=tuple(stages), **figures)


def carried_by(carrier: PartnerCarrier) -> QuerySet[StageAssignment, Any]:
    """The waybills of which somebody gave this partner a stage and nobody took it back, as ids."""
    later = StageAssignment.objects.filter(
        waybill=OuterRef("waybill"), stage=OuterRef("stage"), pk__gt=OuterRef("pk")
    )
    mine = StageAssignment.objects.filter(~Exists(later), carrier=carrier)
    return mine.order_by().values("waybill")


def agreements_of(carrier: PartnerCarrier) -> QuerySet[PartnerAgreement]:
    """Those in force or to come, then the past ones."""
    return PartnerAgreement.objects.filter(carrier_id=carrier.pk).order_by("-valid_from", "area")


def is_in_force(agreement: PartnerAgreement, at: datetime) -> bool:
    day = timezone.localdate(at)
    return agreement.valid_from <= day and (
        agreement.valid_until is None or day < agreement.valid_until
    )
