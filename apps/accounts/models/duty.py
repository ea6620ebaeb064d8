"""Who is on duty when, and who stands in for whom (the part of CMP-9 that escalation needs)."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.accounts.enums import AbsenceKind, Role
from apps.accounts.models.role import TimeSpan
from apps.accounts.models.unit import Unit
from apps.accounts.models.user import User


class SpanQuerySet(models.QuerySet[Any]):
    def at(self, moment: datetime | None = None) -> "SpanQuerySet":
        """Those that cover ``moment`` (now): starts_at ≤ t < ends_at."""
        moment = moment or timezone.now()
        return self.filter(starts_at__lte=moment, ends_at__gt=moment, withdrawn_at__isnull=True)

    def standing(self) -> "SpanQuerySet":
        return self.filter(withdrawn_at__isnull=True)


class Span(models.Model):
    """A time in the life of one person: half-open, planned by somebody, withdrawn or valid."""

    user = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("user"))
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("until"))
    made_at = models.DateTimeField(_("entered"), auto_now_add=True, editable=False)
    made_by = models.ForeignKey(
        User, models.PROTECT, related_name="+", editable=False, verbose_name=_("entered by")
    )
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True, editable=False)
    withdrawn_by = models.ForeignKey(
        User, models.PROTECT, related_name="+", null=True, editable=False
    )

    objects = SpanQuerySet.as_manager()

    class Meta:
        abstract = True

    def validate_constraints(self, exclude: Collection[str] | None = None) -> None:
        """A form does not show the withdrawal, but the constraints' conditions read it."""
        shown = set(exclude or ()) - {"withdrawn_at", "withdrawn_by", "kind"}
        super().validate_constraints(exclude=shown)


def _span_constraints(table: str) -> list[models.CheckConstraint]:
    return [
        models.CheckConstraint(
            condition=Q(ends_at__gt=F("starts_at")), name=f"{table}_ends_after_it_starts"
        ),
        models.CheckConstraint(
            condition=Q(withdrawn_at__isnull=True, withdrawn_by__isnull=True)
            | Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False),
            name=f"{table}_withdrawn_has_a_person",
        ),
    ]


class DutyShift(Span):
    """One person answers for a role in a unit (and all below it) for a time; told before others."""

    role = models.CharField(_("role"), max_length=30, choices=Role)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="shifts", verbose_name=_("unit"))

    class Meta:
        verbose_name = _("duty shift")
        verbose_name_plural = _("duty roster")
        ordering = ["starts_at", "id"]
        default_permissions = ("view",)
        permissions = [("manage_dutyshift", _("Can plan who is on duty and who is away"))]
        indexes = [
            models.Index(fields=["role", "starts_at"], name="accounts_dutyshift_role"),
            models.Index(
                fields=["ends_at"],
                name="accounts_dutyshift_end",
                condition=Q(withdrawn_at__isnull=True),
            ),
        ]
        constraints = [
            *_span_constraints("accounts_dutyshift"),
            models.CheckConstraint(
                condition=Q(role__in=Role.values), name="accounts_dutyshift_role_known"
            ),
            ExclusionConstraint(
                name="accounts_dutyshift_once_at_a_time",
                expressions=[
                    ("user", RangeOperators.EQUAL),
                    ("role", RangeOperators.EQUAL),
                    ("unit", RangeOperators.EQUAL),
                    (TimeSpan("starts_at", "ends_at"), RangeOperators.OVERLAPS),
                ],
                condition=Q(withdrawn_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.get_role_display()}"


class Absence(Span):
    """A person is away, or off shift; what would go to them goes to the stand-in. Off shift is no leave:
    a time of leave counts before it."""

    kind = models.CharField(
        _("kind"),
        max_length=10,
        choices=AbsenceKind,
        default=AbsenceKind.AWAY,
        editable=False,
    )

    stand_in = models.ForeignKey(
        User, models.PROTECT, related_name="+", verbose_name=_("stand-in"), null=True, blank=True
    )
    reason = models.CharField(_("reason"), max_length=120, blank=True)

    class Meta:
        verbose_name = _("absence")
        verbose_name_plural = _("absences")
        ordering = ["-starts_at", "-id"]
        default_permissions = ("view",)
        indexes = [models.Index(fields=["user", "starts_at"], name="accounts_absence_user")]
        constraints = [
            *_span_constraints("accounts_absence"),
            models.CheckConstraint(
                condition=Q(stand_in__isnull=True) | ~Q(stand_in=F("user")),
                name="accounts_absence_stand_in_is_another",
            ),
            models.CheckConstraint(
                condition=Q(kind=AbsenceKind.AWAY)
                | Q(kind=AbsenceKind.OFF_SHIFT, stand_in__isnull=False),
                name="accounts_absence_of_a_kind",
            ),
            ExclusionConstraint(
                name="accounts_absence_once_at_a_time",
                expressions=[
                    ("user", RangeOperators.EQUAL),
                    ("kind", RangeOperators.EQUAL),
                    (TimeSpan("starts_at", "ends_at"), RangeOperators.OVERLAPS),
                ],
                condition=Q(withdrawn_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} {self.starts_at:%Y-%m-%d}"
