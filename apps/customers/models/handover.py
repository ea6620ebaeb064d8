"""客户服务交接表: sales hands a new customer over to customer service, signed in order (ORD-3)."""

from typing import Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.core.models import Stamped
from apps.customers.enums import HandoverState, JobType, SettlementMethod
from apps.customers.models.customers import Customer


class HandoverFormQuerySet(models.QuerySet["HandoverForm"]):
    def under_way(self) -> Self:
        return self.filter(state__in=[HandoverState.DRAFT, HandoverState.IN_SIGNING])


class HandoverForm(Stamped):
    """The form's content is frozen while it is being signed; sending it back opens it again."""

    CONTENT = (
        "services",
        "job_types",
        "needs_storage",
        "needs_delivery",
        "monthly_volume",
        "goods",
        "special_demands",
        "billing",
        "settlement_method",
        "settlement_cycle_days",
        "customer_contacts",
        "price_agreed",
        "trial_days",
    )

    customer = models.ForeignKey(
        Customer, models.PROTECT, related_name="handover_forms", verbose_name=_("customer")
    )
    services = models.TextField(_("services agreed"), max_length=1000)
    job_types = ArrayField(
        models.CharField(max_length=12, choices=JobType.choices), verbose_name=_("job types")
    )
    needs_storage = models.BooleanField(_("needs storage"), default=False)
    needs_delivery = models.BooleanField(_("needs delivery"), default=True)
    monthly_volume = models.CharField(_("expected volume"), max_length=200)
    goods = models.CharField(_("goods"), max_length=200)
    special_demands = models.TextField(_("special demands"), blank=True, max_length=1000)
    billing = models.TextField(_("billing arrangements"), max_length=1000)
    settlement_method = models.CharField(
        _("settlement method"),
        max_length=16,
        choices=SettlementMethod.choices,
        default=SettlementMethod.MONTHLY,
    )
    settlement_cycle_days = models.PositiveSmallIntegerField(
        _("settlement cycle (days)"), default=30
    )
    customer_contacts = models.TextField(
        _("who to talk to"),
        max_length=600,
        help_text=_("Names and functions; phones belong to the contacts."),
    )
    price_agreed = models.CharField(_("price agreed"), max_length=300)
    trial_days = models.PositiveSmallIntegerField(
        _("trial period (days)"),
        default=30,
        help_text=_("0 means no trial period. During it the director owns the orders."),
    )

    state = models.CharField(
        _("state"),
        max_length=10,
        choices=HandoverState.choices,
        default=HandoverState.DRAFT,
        editable=False,
    )
    # Each time the form is sent round again counts: signatures (backoffice's approvals) are of one round.
    round = models.PositiveSmallIntegerField(_("round"), default=1, editable=False)
    submitted_at = models.DateTimeField(
        _("sent for signing at"), null=True, blank=True, editable=False
    )
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        editable=False,
    )
    accepted_at = models.DateTimeField(_("accepted at"), null=True, blank=True, editable=False)
    accepted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        editable=False,
    )

    objects = HandoverFormQuerySet.as_manager()

    class Meta:
        verbose_name = _("service handover form")
        verbose_name_plural = _("service handover forms")
        ordering = ["-pk"]
        indexes = [models.Index(name="handover_state", fields=["state", "-id"])]
        constraints = [
            models.UniqueConstraint(
                name="handover_one_under_way",
                fields=["customer"],
                condition=Q(state__in=[HandoverState.DRAFT, HandoverState.IN_SIGNING]),
            ),
            models.CheckConstraint(
                name="handover_submitted_when_signing",
                condition=Q(state__in=[HandoverState.DRAFT, HandoverState.REJECTED])
                | Q(submitted_at__isnull=False, submitted_by__isnull=False),
            ),
            models.CheckConstraint(
                name="handover_accepted_with_signer",
                condition=Q(
                    state=HandoverState.ACCEPTED,
                    accepted_at__isnull=False,
                    accepted_by__isnull=False,
                )
                | (
                    ~Q(state=HandoverState.ACCEPTED)
                    & Q(accepted_at__isnull=True, accepted_by__isnull=True)
                ),
            ),
        ]
        permissions = [
            ("submit_handoverform", _("Can send a service handover form round for signing")),
            ("sign_handoverform", _("Can sign or send back a service handover form")),
        ]

    def __str__(self) -> str:
        return f"{self.customer} · {self.get_state_display()}"

    @property
    def number(self) -> str:
        return f"JJ{self.pk:06d}"
