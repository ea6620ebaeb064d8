"""Calls, each once however many phones it rang, and those phones."""

from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Func, Q
from django.utils.translation import gettext_lazy as _

from apps.complaints.models import Case
from apps.core.crypto import EncryptedTextField
from apps.core.masking import mask_phone
from apps.customers.models import Customer
from apps.hotline.enums import CallOutcome, Direction
from apps.hotline.models.call_backs import CallBack
from apps.hotline.models.systems import PhoneSystem
from apps.tracking.models import Waybill

if TYPE_CHECKING:
    from apps.accounts.models import User

USER = settings.AUTH_USER_MODEL


class Seconds(Func):
    """The whole seconds from the second instant to the first."""

    template = "EXTRACT(epoch FROM (%(expressions)s))::integer"
    arg_joiner = " - "
    output_field = models.IntegerField()


class CallQuerySet(models.QuerySet["Call"]):
    def visible_to(self, user: "User") -> Self:
        """Those of systems of the units this user may see, and what they noted by hand themselves."""
        units = user.visible_unit_ids()
        if units is None:
            return self
        return self.filter(Q(system__unit__in=units) | Q(agent=user) | Q(typed_by=user))


class Call(models.Model):
    """One call. Keys to other rows have the indexes below only, because files bring a hundred thousand at once; its
    phone system is looked for by a trigger, once for all that a statement writes (docs/adr/0035), and stays. A row that a phone system brought is the union of what its lines said, in whatever order they
    came: the earliest offer and answer, the latest end, the outcome of the highest rank. ``caller`` is the other
    party, ``day`` the local day on which the call was offered; the call counts on that day only."""

    system = models.ForeignKey(
        PhoneSystem,
        models.PROTECT,
        null=True,
        db_index=False,
        db_constraint=False,
        related_name="calls",
        verbose_name=_("phone system"),
    )
    call_id = models.CharField(_("call number"), max_length=80, db_collation="C")
    direction = models.CharField(_("direction"), max_length=8, choices=Direction)
    caller = EncryptedTextField(_("phone number"), blank=True, default="")
    caller_index = models.CharField(max_length=32, blank=True, editable=False, db_collation="C")
    queue = models.CharField(_("queue"), max_length=60, blank=True)
    is_hotline = models.BooleanField(_("of the hotline"), default=True)
    day = models.DateField(_("day"))
    offered_at = models.DateTimeField(_("offered"))
    answered_at = models.DateTimeField(_("answered by a person"), null=True)
    ended_at = models.DateTimeField(_("ended"), null=True)
    wait_s = models.GeneratedField(
        expression=Seconds(
            Func(F("answered_at"), F("ended_at"), function="COALESCE"), F("offered_at")
        ),
        output_field=models.IntegerField(_("waited, in seconds"), null=True),
        db_persist=True,
    )
    talk_s = models.GeneratedField(
        expression=Seconds(F("ended_at"), F("answered_at")),
        output_field=models.IntegerField(_("talked, in seconds"), null=True),
        db_persist=True,
    )
    outcome = models.CharField(_("outcome"), max_length=9, choices=CallOutcome)
    extension = models.CharField(_("extension"), max_length=40, blank=True)
    agent = models.ForeignKey(
        USER, models.PROTECT, null=True, db_index=False, related_name="+", verbose_name=_("agent")
    )
    customer = models.ForeignKey(
        Customer,
        models.PROTECT,
        null=True,
        db_index=False,
        related_name="+",
        verbose_name=_("customer"),
    )
    waybill = models.ForeignKey(
        Waybill,
        models.PROTECT,
        null=True,
        db_index=False,
        related_name="+",
        verbose_name=_("shipment"),
    )
    case = models.ForeignKey(
        Case, models.PROTECT, null=True, db_index=False, related_name="+", verbose_name=_("case")
    )
    note = EncryptedTextField(_("note"), blank=True, default="")
    call_back = models.ForeignKey(
        CallBack,
        models.PROTECT,
        null=True,
        db_index=False,
        related_name="missed",
        verbose_name=_("call-back"),
    )
    typed_by = models.ForeignKey(
        USER,
        models.PROTECT,
        null=True,
        db_index=False,
        related_name="+",
        verbose_name=_("noted by"),
    )

    objects = CallQuerySet.as_manager()

    class Meta:
        verbose_name = _("call")
        verbose_name_plural = _("calls")
        ordering = ["-offered_at", "-id"]
        default_permissions = ("view",)
        permissions = [
            ("add_call", _("Can note a call")),
            ("link_call", _("Can say whose call it was")),
            ("reveal_call", _("Can see a caller's number, with a reason")),
        ]
        indexes = [
            models.Index(fields=["-offered_at", "-id"], name="call_newest"),
            models.Index(
                fields=["caller_index", "-offered_at"],
                name="call_by_number",
                condition=~Q(caller_index=""),
            ),
            models.Index(
                fields=["customer", "-offered_at"],
                name="call_by_customer",
                condition=Q(customer__isnull=False),
            ),
            models.Index(fields=["case"], name="call_by_case", condition=Q(case__isnull=False)),
            models.Index(
                fields=["waybill"], name="call_by_waybill", condition=Q(waybill__isnull=False)
            ),
            models.Index(
                fields=["call_back"],
                name="call_by_call_back",
                condition=Q(call_back__isnull=False),
            ),
        ]
        constraints = [
            models.UniqueConstraint(name="call_once", fields=["system", "call_id"]),
            models.CheckConstraint(
                name="call_direction_known", condition=Q(direction__in=Direction.values)
            ),
            models.CheckConstraint(
                name="call_outcome_known", condition=Q(outcome__in=CallOutcome.values)
            ),
            models.CheckConstraint(
                name="call_answered_has_a_time",
                condition=Q(outcome=CallOutcome.ANSWERED, answered_at__isnull=False)
                | (~Q(outcome=CallOutcome.ANSWERED) & Q(answered_at__isnull=True)),
            ),
            models.CheckConstraint(
                name="call_times_in_order",
                condition=(Q(answered_at__isnull=True) | Q(answered_at__gte=F("offered_at")))
                & (Q(ended_at__isnull=True) | Q(ended_at__gte=F("offered_at")))
                & (
                    Q(ended_at__isnull=True)
                    | Q(answered_at__isnull=True)
                    | Q(ended_at__gte=F("answered_at"))
                ),
            ),
            models.CheckConstraint(
                name="call_by_system_or_by_hand",
                condition=Q(system__isnull=False, typed_by__isnull=True)
                | Q(system__isnull=True, typed_by__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.masked} {self.day:%Y-%m-%d}"

    @property
    def masked(self) -> str:
        return mask_phone(self.caller) or "—"


class Leg(models.Model):
    """One phone that a call rang, and whether it was answered there. Its call is looked for by a trigger, once for
    all that a statement writes (docs/adr/0035): files bring two phones for each call. Calls therefore stay."""

    call = models.ForeignKey(
        Call,
        models.PROTECT,
        db_index=False,
        db_constraint=False,
        related_name="legs",
        verbose_name=_("call"),
    )
    extension = models.CharField(_("extension"), max_length=40)
    agent = models.ForeignKey(
        USER, models.PROTECT, null=True, db_index=False, related_name="+", verbose_name=_("agent")
    )
    rang_at = models.DateTimeField(_("rang"))
    answered_at = models.DateTimeField(_("answered by a person"), null=True)
    ended_at = models.DateTimeField(_("ended"), null=True)

    class Meta:
        verbose_name = _("phone rung")
        verbose_name_plural = _("phones rung")
        ordering = ["rang_at", "extension"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(name="leg_once", fields=["call", "extension", "rang_at"]),
            models.CheckConstraint(
                name="leg_times_in_order",
                condition=(Q(answered_at__isnull=True) | Q(answered_at__gte=F("rang_at")))
                & (Q(ended_at__isnull=True) | Q(ended_at__gte=F("rang_at"))),
            ),
        ]

    def __str__(self) -> str:
        return self.extension
