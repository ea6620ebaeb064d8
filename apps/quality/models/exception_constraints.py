"""What must never be false of an exception report, whoever writes it (CMP-4, CMP-5)."""

from django.db import models
from django.db.models import F, Q

from apps.quality.enums import ExceptionKind, ExceptionState, FoundBy

# Moments a person caused: the time and the person are there together or not at all.
MOMENTS = ("taken", "investigated", "decided", "checked", "closed")


def exception_constraints() -> list[models.BaseConstraint]:
    return [
        models.UniqueConstraint(
            fields=["waybill"],
            name="exception_one_open_per_waybill",
            condition=~Q(state=ExceptionState.CLOSED) & Q(waybill__isnull=False),
        ),
        models.CheckConstraint(
            name="exception_state_known", condition=Q(state__in=ExceptionState.values)
        ),
        models.CheckConstraint(
            name="exception_kind_known", condition=Q(kind__in=ExceptionKind.values)
        ),
        models.CheckConstraint(
            name="exception_found_by_known", condition=Q(found_by__in=FoundBy.values)
        ),
        models.CheckConstraint(
            name="exception_times_in_order",
            condition=Q(happened_at__lte=F("known_at")) & Q(known_at__lte=F("reported_at")),
        ),
        models.CheckConstraint(name="exception_titled", condition=~Q(title="")),
        *(
            models.CheckConstraint(
                name=f"exception_{moment}_has_person",
                condition=Q(**{f"{moment}_at__isnull": True, f"{moment}_by__isnull": True})
                | Q(**{f"{moment}_at__isnull": False, f"{moment}_by__isnull": False}),
            )
            for moment in MOMENTS
        ),
        models.CheckConstraint(
            name="exception_in_hand_is_followed",
            condition=Q(taken_at__isnull=True) | Q(owner__isnull=False),
        ),
        models.CheckConstraint(
            name="exception_closed_agrees",
            condition=Q(state=ExceptionState.CLOSED, closed_at__isnull=False)
            | (~Q(state=ExceptionState.CLOSED) & Q(closed_at__isnull=True)),
        ),
        models.CheckConstraint(
            name="exception_investigated_agrees",
            condition=Q(state__in=[ExceptionState.OPEN, ExceptionState.CLOSED])
            | Q(investigated_at__isnull=False),
        ),
        models.CheckConstraint(
            name="exception_decided_agrees",
            condition=Q(
                state__in=[
                    ExceptionState.OPEN,
                    ExceptionState.INVESTIGATING,
                    ExceptionState.CLOSED,
                ]
            )
            | Q(decided_at__isnull=False, cause__isnull=False),
        ),
        # Closed without an investigation: put right on the spot, and not serious (CMP-5).
        models.CheckConstraint(
            name="exception_closed_decided_or_put_right",
            condition=~Q(state=ExceptionState.CLOSED)
            | Q(decided_at__isnull=False, cause__isnull=False)
            | (Q(is_serious=False) & ~Q(put_right_line="")),
        ),
        models.CheckConstraint(
            name="exception_one_party_responsible",
            condition=Q(responsible_unit__isnull=True) | Q(responsible_carrier__isnull=True),
        ),
    ]
