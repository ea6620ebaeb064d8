"""Contracts, dangerous-goods letters, and the verbal authorisation that bridges what is missing."""

from datetime import date
from typing import Self

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.core.models import Stamped
from apps.customers.enums import AuthorisationState, Paperwork
from apps.customers.models.customers import Customer
from apps.customers.storage import private_name


class Document(Stamped):
    """A stored scan: checked by content, under a random name, served by a guarded page only."""

    file = models.FileField(_("file"), upload_to=private_name, max_length=200)
    file_name = models.CharField(_("original file name"), max_length=160, editable=False)
    content_type = models.CharField(max_length=40, editable=False)
    size = models.PositiveIntegerField(editable=False)
    sha256 = models.CharField(max_length=64, editable=False)

    class Meta:
        abstract = True


class ContractQuerySet(models.QuerySet["Contract"]):
    def valid_on(self, day: date) -> Self:
        return self.filter(valid_from__lte=day).filter(
            Q(valid_to__isnull=True) | Q(valid_to__gte=day)
        )


class Contract(Document):
    """A signed contract with its price. Both days of its validity count."""

    customer = models.ForeignKey(
        Customer, models.PROTECT, related_name="contracts", verbose_name=_("customer")
    )
    number = models.CharField(_("contract number"), max_length=40, unique=True)
    valid_from = models.DateField(_("valid from"))
    valid_to = models.DateField(_("valid to"), null=True, blank=True)
    price_reference = models.CharField(
        _("agreed price"),
        max_length=200,
        help_text=_("The tariff or price sheet that the contract names."),
    )
    notes = models.CharField(_("notes"), max_length=300, blank=True)
    objects = ContractQuerySet.as_manager()

    class Meta:
        verbose_name = _("contract")
        verbose_name_plural = _("contracts")
        ordering = ["-valid_from"]
        constraints = [
            ExclusionConstraint(
                name="contract_no_overlap",
                expressions=[
                    ("customer", RangeOperators.EQUAL),
                    (
                        Func(
                            F("valid_from"),
                            F("valid_to"),
                            Value("[]"),
                            function="DATERANGE",
                            output_field=DateRangeField(),
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                ],
            ),
            models.CheckConstraint(
                name="contract_days_in_order",
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
                violation_error_message=_("The last day lies before the first."),
            ),
            models.CheckConstraint(name="contract_has_price", condition=~Q(price_reference="")),
        ]

    def __str__(self) -> str:
        return self.number


class LetterQuerySet(models.QuerySet["DangerousGoodsLetter"]):
    def valid_on(self, day: date) -> Self:
        return self.filter(signed_on__lte=day, valid_until__gte=day, withdrawn_at__isnull=True)


class DangerousGoodsLetter(Document):
    """危险货物通知函: the customer's signed statement on prohibited goods (ORD-2)."""

    customer = models.ForeignKey(
        Customer, models.PROTECT, related_name="letters", verbose_name=_("customer")
    )
    signer = models.CharField(_("signed by (at the customer)"), max_length=60)
    signed_on = models.DateField(_("signed on"))
    valid_until = models.DateField(_("valid until"))
    withdrawn_at = models.DateTimeField(null=True, blank=True, editable=False)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        editable=False,
    )
    withdrawn_reason = models.CharField(max_length=300, blank=True, editable=False)
    objects = LetterQuerySet.as_manager()

    class Meta:
        verbose_name = _("dangerous-goods letter")
        verbose_name_plural = _("dangerous-goods letters")
        ordering = ["-valid_until"]
        indexes = [models.Index(name="letter_validity", fields=["customer", "valid_until"])]
        constraints = [
            models.CheckConstraint(
                name="letter_days_in_order", condition=Q(valid_until__gte=F("signed_on"))
            ),
            models.CheckConstraint(name="letter_signed", condition=~Q(signer="")),
            models.CheckConstraint(
                name="letter_withdrawn_by_whom",
                condition=Q(
                    withdrawn_at__isnull=True, withdrawn_by__isnull=True, withdrawn_reason=""
                )
                | (
                    Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False)
                    & ~Q(withdrawn_reason="")
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.signer} · {self.signed_on} – {self.valid_until}"


class AuthorisationQuerySet(models.QuerySet["VerbalAuthorisation"]):
    def open(self) -> Self:
        return self.filter(state=AuthorisationState.OPEN)


class VerbalAuthorisation(Stamped):
    """A leader's word that lets orders through until a deadline for the paperwork (ORD-3), UTC. Its
    clock reminds before the deadline and escalates at it."""

    customer = models.ForeignKey(
        Customer, models.PROTECT, related_name="authorisations", verbose_name=_("customer")
    )
    given_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("leader")
    )
    given_at = models.DateTimeField(_("given at"))
    deadline = models.DateTimeField(_("deadline for the paperwork"))
    reason = models.CharField(_("reason"), max_length=300)
    missing = ArrayField(
        models.CharField(max_length=20, choices=Paperwork.choices),
        verbose_name=_("missing paperwork"),
    )
    state = models.CharField(
        _("state"),
        max_length=10,
        choices=AuthorisationState.choices,
        default=AuthorisationState.OPEN,
        editable=False,
    )
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True, editable=False)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        editable=False,
    )
    ended_reason = models.CharField(_("why it ended"), max_length=300, blank=True, editable=False)
    objects = AuthorisationQuerySet.as_manager()

    class Meta:
        verbose_name = _("verbal authorisation")
        verbose_name_plural = _("verbal authorisations")
        ordering = ["-given_at"]
        constraints = [
            models.UniqueConstraint(
                name="authorisation_one_open",
                fields=["customer"],
                condition=Q(state=AuthorisationState.OPEN),
            ),
            models.CheckConstraint(
                name="authorisation_deadline_later", condition=Q(deadline__gt=F("given_at"))
            ),
            models.CheckConstraint(
                name="authorisation_says_why", condition=~Q(reason="") & Q(missing__len__gt=0)
            ),
            models.CheckConstraint(
                name="authorisation_open_or_ended",
                condition=Q(state=AuthorisationState.OPEN, ended_at__isnull=True)
                | (
                    ~Q(state=AuthorisationState.OPEN)
                    & Q(ended_at__isnull=False, ended_by__isnull=False)
                ),
            ),
        ]
        permissions = [
            ("grant_authorisation", _("Can record a leader's verbal authorisation")),
        ]

    @property
    def missing_labels(self) -> list[str]:
        return [str(Paperwork(paper).label) for paper in self.missing]

    def __str__(self) -> str:
        return f"{self.customer} · {timezone.localtime(self.deadline):%Y-%m-%d %H:%M}"
