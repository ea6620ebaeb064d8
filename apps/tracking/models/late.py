"""Late and stuck shipments, found by themselves and followed to the end (TRK-7)."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from apps.core.models import AppendOnly
from apps.tracking.enums import (
    ContactChannel,
    LateCause,
    LateKind,
    LateOutcome,
    LateState,
    Party,
)


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
        return self.exclude(state=LateState.CLOSED)


class LateShipment(models.Model):
    """One shipment in the queue, from being found until its signed receipt is back."""

    waybill = models.ForeignKey(
        "tracking.Waybill", models.PROTECT, related_name="late_cases", verbose_name=_("waybill")
    )
    kind = models.CharField(_("found because"), max_length=12, choices=LateKind)
    state = models.CharField(_("state"), max_length=10, choices=LateState, default=LateState.OPEN)
    # What was promised and expected when it was found; the promise may be moved later.
    promised_at = models.DateTimeField(_("promised by"), null=True, blank=True)
    found_at = models.DateTimeField(_("found at"), db_default=Now())
    found_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("found by")
    )
    taken_at = models.DateTimeField(_("taken at"), null=True, blank=True)
    taken_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="late_cases",
        null=True,
        blank=True,
        verbose_name=_("in charge"),
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
                condition=~Q(state=LateState.CLOSED),
                name="late_once_at_a_time",
            ),
            models.CheckConstraint(
                condition=(
                    Q(state=LateState.CLOSED, closed_at__isnull=False, closed_by__isnull=False)
                    & ~Q(outcome="")
                )
                | (
                    ~Q(state=LateState.CLOSED)
                    & Q(closed_at__isnull=True, closed_by__isnull=True, outcome="")
                ),
                name="late_closed_with_outcome",
            ),
            models.CheckConstraint(
                condition=Q(state__in=[LateState.OPEN, LateState.ARRIVED, LateState.CLOSED])
                | Q(taken_at__isnull=False, taken_by__isnull=False),
                name="late_in_hand_has_a_person",
            ),
            models.CheckConstraint(
                condition=~Q(cause=LateCause.OTHER) | ~Q(cause_note=""),
                name="late_other_cause_explained",
            ),
        ]
        indexes = [
            models.Index(
                fields=["state", "promised_at"],
                name="late_queue",
                condition=~Q(state=LateState.CLOSED),
            ),
        ]
        permissions = [
            ("handle_lateshipment", _("Can take late shipments, tell the parties and chase")),
            ("close_lateshipment", _("Can close late shipments")),
        ]

    def __str__(self) -> str:
        return str(self.waybill)


class LateContact(AppendOnly):
    """A word with the customer or the consignee about a late shipment."""

    case = models.ForeignKey(
        LateShipment, models.PROTECT, related_name="contacts", verbose_name=_("late shipment")
    )
    party = models.CharField(_("party"), max_length=10, choices=Party)
    channel = models.CharField(_("by"), max_length=10, choices=ContactChannel)
    was_reached = models.BooleanField(_("reached"))
    was_apologised_to = models.BooleanField(_("apology given"))
    expected_at = models.DateTimeField(_("told to expect"), null=True, blank=True)
    answer = models.CharField(_("what they said"), max_length=500, blank=True)
    at = models.DateTimeField(_("when"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("who")
    )

    class Meta:
        verbose_name = _("contact about a late shipment")
        verbose_name_plural = _("contacts about late shipments")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(was_reached=False) | Q(was_apologised_to=True),
                name="late_contact_apologises",
            ),
            models.CheckConstraint(
                condition=Q(was_reached=False) | Q(expected_at__isnull=False),
                name="late_contact_names_new_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.party}"


class LateChase(AppendOnly):
    """The freight centre or the partner was asked where the shipment is."""

    case = models.ForeignKey(
        LateShipment, models.PROTECT, related_name="chases", verbose_name=_("late shipment")
    )
    unit = models.ForeignKey(
        "accounts.Unit",
        models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("unit"),
    )
    carrier = models.ForeignKey(
        "tracking.PartnerCarrier",
        models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("partner carrier"),
    )
    answer = models.CharField(_("what they said"), max_length=500)
    at = models.DateTimeField(_("when"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("who")
    )

    class Meta:
        verbose_name = _("chase of a late shipment")
        verbose_name_plural = _("chases of late shipments")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(unit__isnull=False, carrier__isnull=True)
                | Q(unit__isnull=True, carrier__isnull=False),
                name="late_chase_asks_one",
            ),
            models.CheckConstraint(condition=~Q(answer=""), name="late_chase_says_answer"),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} #{self.pk}"
