"""The claim 理赔: what somebody asks us to pay for a shipment, from the filing to the money (CMP-6)."""

from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.accounts.enums import ObjectScope
from apps.accounts.models import Unit
from apps.claims.enums import AgreedHow, ClaimKind, ClaimState, ExplainedHow
from apps.claims.models.rules import CompensationRule
from apps.claims.states import LIVE, STANDING
from apps.complaints.models import Case
from apps.core.crypto import EncryptedTextField
from apps.core.models import MoneyField, Stamped
from apps.customers.models import Customer
from apps.quality.models import ExceptionReport
from apps.tracking.models import Waybill

if TYPE_CHECKING:
    from apps.accounts.models import User


USER = settings.AUTH_USER_MODEL


S = ClaimState


LIVE_VALUES = sorted(str(state) for state in LIVE)


STANDING_VALUES = sorted(str(state) for state in STANDING)


SETTLED = (S.AGREED, S.PAID, S.CLOSED)


class ClaimQuerySet(models.QuerySet["Claim"]):
    def visible_to(self, user: "User") -> Self:
        """Those of this user's units and customers, and those this user has in hand."""
        if not user.is_authenticated or not user.is_active:
            return self.none()
        customers = Customer.objects.visible_to(user)
        if user.scope == ObjectScope.CUSTOMERS:
            return self.filter(customer__in=customers)
        units = user.visible_unit_ids()
        if units is None:
            return self
        return self.filter(Q(unit__in=units) | Q(owner=user.pk) | Q(customer__in=customers))

    def live(self) -> Self:
        """Neither closed nor refused nor withdrawn."""
        return self.filter(state__in=LIVE_VALUES)


class Claim(Stamped):
    """Numbers look like CL20261125-48391527. Insured amount, declared value and fee are those of the shipment
    when it was filed and never change after. ``approved`` is the amount that stands, in yuan; what was approved
    before and is void stays in the decisions. ``customer`` is the claimant, else a party with name and phone."""

    PREFIX = "CL"

    number = models.CharField(_("number"), max_length=20, unique=True, editable=False)
    kind = models.CharField(_("kind"), max_length=10, choices=ClaimKind.choices)
    state = models.CharField(_("state"), max_length=10, choices=S.choices, default=S.DRAFT)
    waybill = models.ForeignKey(
        Waybill, models.PROTECT, related_name="claims", verbose_name=_("waybill")
    )
    case = models.ForeignKey(
        Case,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="claims",
        verbose_name=_("case"),
    )
    exception = models.ForeignKey(
        ExceptionReport,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="claims",
        verbose_name=_("exception report"),
    )
    customer = models.ForeignKey(
        Customer,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="claims",
        verbose_name=_("claimant"),
    )
    party_name = EncryptedTextField(_("claimant's name"), blank=True, default="")
    party_phone = EncryptedTextField(_("claimant's phone"), blank=True, default="")
    party_phone_index = models.CharField(max_length=32, blank=True, editable=False)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="claims", verbose_name=_("unit"))
    owner = models.ForeignKey(
        USER,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="owned_claims",
        verbose_name=_("owner"),
    )
    what = models.CharField(_("what has happened"), max_length=300, blank=True)

    insured_amount = MoneyField(_("insured amount"), null=True, blank=True)
    declared_value = MoneyField(_("declared value"), null=True, blank=True)
    fee = MoneyField(_("fee of the shipment"), null=True, blank=True)
    days_late = models.PositiveSmallIntegerField(_("days late"), null=True, blank=True)
    # Of the whole shipment, by the papers; what all claims of it come to together never exceeds it (adr/0059).
    proved_value = MoneyField(_("proved value of the whole shipment"), null=True, blank=True)
    claimed = MoneyField(_("claimed"))
    is_above_declared = models.BooleanField(_("above the declared value"), default=False)
    is_large = models.BooleanField(_("large"), default=False)

    # Which text was explained, when, how and to whom.
    rule = models.ForeignKey(
        CompensationRule,
        models.PROTECT,
        null=True,
        related_name="claims",
        verbose_name=_("rule explained"),
    )
    shown_at = models.DateTimeField(_("rules explained"), null=True)
    shown_how = models.CharField(
        _("how explained"), max_length=10, choices=ExplainedHow.choices, blank=True
    )
    shown_to = EncryptedTextField(_("explained to"), blank=True, default="")

    approved = MoneyField(_("approved"), null=True)
    filed_at = models.DateTimeField(_("filed"), null=True)
    papers_asked_at = models.DateTimeField(_("waiting for papers since"), null=True)
    papers_asked = models.CharField(_("papers asked for"), max_length=300, blank=True)
    decided_at = models.DateTimeField(_("decided"), null=True)
    decided_by = models.ForeignKey(
        USER, models.PROTECT, null=True, related_name="+", verbose_name=_("decision by")
    )
    refusal_clause = models.CharField(_("clause of the refusal"), max_length=120, blank=True)
    refusal_reason = models.CharField(_("reason of the refusal"), max_length=300, blank=True)
    agreed_at = models.DateTimeField(_("agreed"), null=True)
    agreed_how = models.CharField(
        _("how agreed"), max_length=10, choices=AgreedHow.choices, blank=True
    )
    disputed_at = models.DateTimeField(_("last disputed"), null=True)
    dispute_reason = models.CharField(_("why disputed"), max_length=300, blank=True)
    on_the_spot = models.BooleanField(_("paid on the spot"), default=False)
    overpaid_reason = models.CharField(
        _("what becomes of the overpaid"), max_length=300, blank=True
    )
    paid_at = models.DateTimeField(_("claim paid at"), null=True)
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True)
    withdrawn_by = models.ForeignKey(
        USER, models.PROTECT, null=True, related_name="+", verbose_name=_("withdrawn by")
    )
    closed_at = models.DateTimeField(_("closed"), null=True)
    closed_by = models.ForeignKey(
        USER, models.PROTECT, null=True, related_name="+", verbose_name=_("closed by")
    )
    # What made it, so that the same thing sent twice is one claim.
    source_key = models.CharField(max_length=120, blank=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = ClaimQuerySet.as_manager()

    class Meta:
        verbose_name = _("claim")
        verbose_name_plural = _("claims")
        ordering = ["-id"]
        permissions = [
            ("assess_claim", _("Can assess claims")),
            ("override_claim", _("Can set another amount than the computed one")),
            ("decide_claim", _("Can decide claims within their limit")),
            ("pay_claim", _("Can plan and release payments of claims")),
            ("recover_claim", _("Can recover what was paid for claims")),
            ("recover_person", _("Can recover from a person by QC's decision")),
        ]
        indexes = [
            models.Index(fields=["state", "-id"], name="claim_by_state"),
            models.Index(fields=["customer", "-id"], name="claim_by_customer"),
            models.Index(fields=["unit", "-id"], name="claim_by_unit"),
            models.Index(fields=["decided_at"], name="claim_by_decision"),
        ]
        constraints = [
            models.UniqueConstraint(
                name="claim_one_living",
                fields=["waybill", "kind"],
                condition=Q(state__in=LIVE_VALUES),
            ),
            models.UniqueConstraint(
                name="claim_source_once", fields=["source_key"], condition=~Q(source_key="")
            ),
            models.CheckConstraint(
                name="claim_known",
                condition=Q(kind__in=ClaimKind.values, state__in=S.values),
            ),
            models.CheckConstraint(name="claim_of_something", condition=Q(claimed__gt=0)),
            models.CheckConstraint(
                name="claim_value_positive", condition=Q(proved_value=None) | Q(proved_value__gt=0)
            ),
            models.CheckConstraint(
                name="claim_of_somebody",
                condition=Q(customer__isnull=False) | ~Q(party_phone_index=""),
            ),
            models.CheckConstraint(
                name="claim_filed_with_rules_explained",
                condition=Q(state__in=[S.DRAFT, S.WITHDRAWN])
                | (
                    Q(filed_at__isnull=False, rule__isnull=False, shown_at__isnull=False)
                    & ~Q(shown_how="")
                ),
            ),
            models.CheckConstraint(
                name="claim_refused_by_a_clause",
                condition=~Q(state=S.REFUSED)
                | (Q(decided_at__isnull=False) & ~Q(refusal_clause="") & ~Q(refusal_reason="")),
            ),
            models.CheckConstraint(
                name="claim_approved_with_an_amount",
                condition=Q(state__in=STANDING_VALUES, approved__gt=0, decided_at__isnull=False)
                | (~Q(state__in=STANDING_VALUES) & Q(approved=None))
                | Q(state=S.WITHDRAWN),
            ),
            models.CheckConstraint(
                name="claim_agreed_agrees",
                condition=Q(state__in=SETTLED, agreed_at__isnull=False)
                | (~Q(state__in=SETTLED) & Q(agreed_at=None)),
            ),
            models.CheckConstraint(
                name="claim_paid_agrees",
                condition=Q(state__in=[S.PAID, S.CLOSED], paid_at__isnull=False)
                | (~Q(state__in=[S.PAID, S.CLOSED]) & Q(paid_at=None)),
            ),
            models.CheckConstraint(
                name="claim_closed_agrees",
                condition=Q(state=S.CLOSED, closed_at__isnull=False)
                | (~Q(state=S.CLOSED) & Q(closed_at=None)),
            ),
            models.CheckConstraint(
                name="claim_waits_for_named_papers",
                condition=Q(papers_asked_at=None, papers_asked="")
                | (Q(papers_asked_at__isnull=False) & ~Q(papers_asked="")),
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def is_live(self) -> bool:
        return self.state in LIVE
