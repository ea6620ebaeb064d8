"""The exception report 运作异常汇报表 with its three times (CMP-4)."""

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.accounts.enums import ObjectScope
from apps.core.crypto import EncryptedTextField
from apps.core.models import AppendOnly, Stamped
from apps.customers.models import Customer
from apps.quality.enums import ExceptionKind, ExceptionState, FoundBy
from apps.quality.models.exception_constraints import exception_constraints
from apps.quality.states import EXCEPTION_MOVES

if TYPE_CHECKING:
    from apps.accounts.models import User

USER = settings.AUTH_USER_MODEL
# CMP-2: whoever knows of something reports it within five minutes.
REPORT_WITHIN: Final = timedelta(minutes=5)


class ExceptionQuerySet(models.QuerySet["ExceptionReport"]):
    def visible_to(self, user: "User") -> "ExceptionQuerySet":
        """Those of this user's units, customers and shipments, those this user follows or looks into, and those
        whose actions or chases are this user's to do."""
        if not user.is_authenticated or not user.is_active:
            return self.none()
        theirs = Q(customer__in=Customer.objects.visible_to(user))
        if user.scope == ObjectScope.CUSTOMERS:
            return self.filter(theirs)
        units = user.visible_unit_ids()
        if units is None:
            return self
        mine = Q(owner=user.pk) | Q(investigated_by=user.pk) | Q(reported_by=user.pk)
        to_do = Q(pk__in=user.corrective_actions.values("exception"))
        to_do |= Q(pk__in=user.chase_tasks.values("exception"))
        ours = Q(unit__in=units) | Q(responsible_unit__in=units)
        # Whoever answers for a shipment follows it when it is late.
        ours |= Q(waybill__responsible_unit__in=units)
        return self.filter(ours | mine | to_do | theirs)

    def open(self) -> "ExceptionQuerySet":
        return self.exclude(state=ExceptionState.CLOSED)


class ExceptionReport(Stamped):
    """Numbers look like EX20261125-48391527. When it happened, was known and was reported are kept
    apart, so that late, hidden or false reports show."""

    PREFIX = "EX"

    number = models.CharField(_("number"), max_length=20, unique=True, editable=False)
    found_by = models.CharField(_("found by"), max_length=16, choices=FoundBy)
    kind = models.CharField(_("kind"), max_length=10, choices=ExceptionKind)
    state = models.CharField(
        _("state"),
        max_length=14,
        choices=ExceptionState,
        default=ExceptionState.OPEN,
        editable=False,
    )
    waybill = models.ForeignKey(
        "tracking.Waybill",
        models.PROTECT,
        related_name="exceptions",
        null=True,
        blank=True,
        verbose_name=_("waybill"),
    )
    customer = models.ForeignKey(
        "customers.Customer",
        models.PROTECT,
        related_name="exceptions",
        null=True,
        blank=True,
        verbose_name=_("customer"),
    )
    case = models.ForeignKey(
        "complaints.Case",
        models.PROTECT,
        related_name="exceptions",
        null=True,
        blank=True,
        verbose_name=_("case"),
    )
    late = models.OneToOneField(
        "tracking.LateShipment",
        models.PROTECT,
        related_name="exception",
        null=True,
        blank=True,
        verbose_name=_("late shipment"),
    )
    unit = models.ForeignKey(
        "accounts.Unit", models.PROTECT, related_name="exceptions", verbose_name=_("unit")
    )
    owner = models.ForeignKey(
        USER,
        models.PROTECT,
        related_name="owned_exceptions",
        null=True,
        blank=True,
        verbose_name=_("followed by"),
    )
    taken_at = models.DateTimeField(_("taken in hand"), null=True, editable=False)
    taken_by = models.ForeignKey(USER, models.PROTECT, related_name="+", null=True, editable=False)

    title = models.CharField(_("subject"), max_length=120)
    what = EncryptedTextField(_("what happened"))
    who = EncryptedTextField(_("who was involved"), blank=True, default="")
    first_measures = EncryptedTextField(_("first measures"), blank=True, default="")
    search_grams = ArrayField(
        models.CharField(max_length=8), default=list, blank=True, editable=False
    )
    happened_at = models.DateTimeField(_("happened"))
    known_at = models.DateTimeField(_("known"))
    known_by = models.ForeignKey(
        USER, models.PROTECT, related_name="+", verbose_name=_("who knew first")
    )
    reported_at = models.DateTimeField(_("reported"))
    reported_by = models.ForeignKey(
        USER, models.PROTECT, related_name="+", verbose_name=_("reported by")
    )
    is_serious = models.BooleanField(_("serious"), default=False)
    serious_reason = models.CharField(_("why serious or not"), max_length=200, blank=True)
    harm = models.CharField(_("harm done"), max_length=300, blank=True)
    put_right_line = models.CharField(_("line of the daily report"), max_length=200, blank=True)

    investigated_at = models.DateTimeField(_("investigation begun"), null=True, editable=False)
    investigated_by = models.ForeignKey(
        USER, models.PROTECT, related_name="investigations", null=True, editable=False
    )
    findings = EncryptedTextField(_("findings"), blank=True, default="")
    cause = models.ForeignKey(
        "complaints.CauseNode",
        models.PROTECT,
        related_name="exceptions",
        null=True,
        blank=True,
        verbose_name=_("cause"),
    )
    responsible_unit = models.ForeignKey(
        "accounts.Unit",
        models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("responsible unit"),
    )
    responsible_carrier = models.ForeignKey(
        "tracking.PartnerCarrier",
        models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("responsible partner"),
    )
    decision = EncryptedTextField(_("decision"), blank=True, default="")
    decided_at = models.DateTimeField(_("decided"), null=True, editable=False)
    decided_by = models.ForeignKey(
        USER, models.PROTECT, related_name="+", null=True, editable=False
    )
    checked_at = models.DateTimeField(_("checked"), null=True, editable=False)
    checked_by = models.ForeignKey(
        USER, models.PROTECT, related_name="+", null=True, editable=False
    )
    closed_at = models.DateTimeField(_("closed"), null=True, editable=False)
    closed_by = models.ForeignKey(USER, models.PROTECT, related_name="+", null=True, editable=False)
    closing_note = models.CharField(_("closing note"), max_length=300, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = ExceptionQuerySet.as_manager()

    class Meta:
        verbose_name = _("exception report")
        verbose_name_plural = _("exception reports")
        ordering = ["-id"]
        permissions = [
            ("handle_exceptionreport", _("Can follow exceptions: measures, chases, evidence")),
            ("investigate_exceptionreport", _("Can investigate exceptions and find the cause")),
            ("decide_exceptionreport", _("Can decide on exceptions and set corrective actions")),
            ("close_exceptionreport", _("Can close and reopen exceptions")),
            ("reveal_exceptionreport", _("Can read an exception in clear, with a reason")),
        ]
        indexes = [
            models.Index(
                fields=["state", "-id"],
                name="exception_open",
                condition=~Q(state=ExceptionState.CLOSED),
            ),
            models.Index(fields=["unit", "-id"], name="exception_by_unit"),
            models.Index(fields=["reported_at"], name="exception_by_report"),
            models.Index(fields=["closed_at"], name="exception_by_closing"),
            models.Index(fields=["decided_at"], name="exception_by_decision"),
            GinIndex(fields=["search_grams"], name="exception_grams"),
        ]
        constraints = exception_constraints()

    def __str__(self) -> str:
        return self.number

    @property
    def report_delay(self) -> timedelta:
        """From being known to being reported."""
        return self.reported_at - self.known_at

    @property
    def was_reported_late(self) -> bool:
        """Later than the five minutes of CMP-2."""
        return self.report_delay > REPORT_WITHIN

    def may_become(self, state: ExceptionState) -> bool:
        return EXCEPTION_MOVES.allows(self.state, state)


class ReportChange(AppendOnly):
    """What an exception report said before and after: changes after the fact stand out."""

    exception = models.ForeignKey(
        ExceptionReport, models.PROTECT, related_name="changes", verbose_name=_("exception report")
    )
    field = models.CharField(_("field"), max_length=30)
    old = EncryptedTextField(_("before"), blank=True)
    new = EncryptedTextField(_("after"), blank=True)
    reason = models.CharField(_("reason"), max_length=200)
    at = models.DateTimeField(_("when"))
    by = models.ForeignKey(USER, models.PROTECT, related_name="+", verbose_name=_("who"))

    class Meta:
        verbose_name = _("change of an exception report")
        verbose_name_plural = _("changes of exception reports")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(name="reportchange_says_why", condition=~Q(reason="")),
        ]

    def __str__(self) -> str:
        return f"{self.exception_id} {self.field}"
