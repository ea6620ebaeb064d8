"""Late and stuck shipments, found by themselves (TRK-7). They are followed on the floor `quality`."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from apps.tracking.enums import LateCause, LateKind, LateOutcome


class ShipmentWatch(models.Model):
    """When an open shipment has to be looked at next; the row goes when it has arrived.

    A table of its own, because an index over due times on the waybill itself would make every
    scan rewrite it.
    """

    waybill = models.OneToOneField(
        "tracking.Waybill",
        models.CASCADE,
        primary_key=True,
        related_name="watch",
        verbose_name=_("waybill"),
    )
    due_at = models.DateTimeField(_("look again at"), db_default=Now())

    class Meta:
        verbose_name = _("watched shipment")
        verbose_name_plural = _("watched shipments")
        indexes = [models.Index(fields=["due_at"], name="watch_due")]

    def __str__(self) -> str:
        return f"{self.waybill_id} {self.due_at:%Y-%m-%d %H:%M}"


class LateQuerySet(models.QuerySet["LateShipment"]):
    def open(self) -> "LateQuerySet":
        return self.filter(closed_at__isnull=True)


class LateShipment(models.Model):
    """One shipment in the queue, from being found until its signed receipt is back: what was found,
    what is known of it by now and how it ended.

    It is opened and made worse by the watch of this floor, all else is written by
    ``quality.services.late``: who follows it, whom they told and whom they chased is on its exception.
    """

    waybill = models.ForeignKey(
        "tracking.Waybill", models.PROTECT, related_name="late_cases", verbose_name=_("waybill")
    )
    kind = models.CharField(_("found because"), max_length=12, choices=LateKind)
    # What was promised and expected when it was found; the promise may be moved later.
    promised_at = models.DateTimeField(_("promised by"), null=True, blank=True)
    found_at = models.DateTimeField(_("found at"), db_default=Now())
    found_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("found by")
    )
    cause = models.CharField(
        _("cause"), max_length=14, choices=LateCause, default=LateCause.UNKNOWN
    )
    cause_note = models.CharField(_("about the cause"), max_length=500, blank=True)
    expected_at = models.DateTimeField(_("new expected time"), null=True, blank=True)
    replacement = models.ForeignKey(
        "tracking.Waybill",
        models.PROTECT,
        related_name="replaces",
        null=True,
        blank=True,
        verbose_name=_("sent again as"),
    )
    outcome = models.CharField(_("outcome"), max_length=10, choices=LateOutcome, blank=True)
    closing_note = models.CharField(_("closing note"), max_length=500, blank=True)
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("closed by"),
    )

    objects = LateQuerySet.as_manager()

    class Meta:
        verbose_name = _("late shipment")
        verbose_name_plural = _("late shipments")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["waybill"],
                condition=Q(closed_at__isnull=True),
                name="late_once_at_a_time",
            ),
            models.CheckConstraint(
                condition=(Q(closed_at__isnull=False, closed_by__isnull=False) & ~Q(outcome=""))
                | Q(closed_at__isnull=True, closed_by__isnull=True, outcome=""),
                name="late_closed_with_outcome",
            ),
            models.CheckConstraint(
                condition=~Q(cause=LateCause.OTHER) | ~Q(cause_note=""),
                name="late_other_cause_explained",
            ),
        ]
        indexes = [
            models.Index(
                fields=["promised_at"], name="late_queue", condition=Q(closed_at__isnull=True)
            ),
        ]
        permissions = [
            ("handle_lateshipment", _("Can tell the parties of late shipments and state causes")),
            ("close_lateshipment", _("Can close late shipments")),
        ]

    def __str__(self) -> str:
        return str(self.waybill)
