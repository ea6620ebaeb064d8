"""Who is paid before the money is seen on the bank, since when and up to what sum (COD-7)."""

from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.cod.enums import AdvancePolicyState
from apps.core.models import MoneyField
from apps.customers.models import Customer

if TYPE_CHECKING:
    from apps.accounts.models import User

USER = settings.AUTH_USER_MODEL
S = AdvancePolicyState


class AdvancePolicyQuerySet(models.QuerySet["AdvancePolicy"]):
    def visible_to(self, user: "User") -> Self:
        """Those of the merchants this user may see."""
        return self.filter(customer__in=Customer.objects.visible_to(user))


class AdvancePolicy(models.Model):
    """From ``since`` to ``until`` (both included; without an end if empty) the merchant may be paid money
    that is counted or on its way to the bank, at most ``limit`` of it open at a time. The company carries
    the risk, so two people of different departments approve it; one person ends it. Of several in force
    the newest counts."""

    customer = models.ForeignKey(
        Customer, models.PROTECT, related_name="advance_policies", verbose_name=_("merchant")
    )
    since = models.DateField(_("since"))
    until = models.DateField(_("until"), null=True, blank=True)
    limit = MoneyField(_("limit"))
    reason = models.CharField(_("reason"), max_length=200)
    state = models.CharField(_("state"), max_length=8, choices=S, default=S.ASKED)
    asked_at = models.DateTimeField(_("asked for"))
    asked_by = models.ForeignKey(
        USER, models.PROTECT, related_name="+", verbose_name=_("asked for by")
    )
    approved_at = models.DateTimeField(_("approved"), null=True)
    ended_at = models.DateTimeField(_("ended"), null=True)
    ended_by = models.ForeignKey(USER, models.PROTECT, related_name="+", null=True)
    end_reason = models.CharField(_("ended because"), max_length=200, blank=True)

    objects = AdvancePolicyQuerySet.as_manager()

    class Meta:
        verbose_name = _("policy of paying ahead")
        verbose_name_plural = _("policies of paying ahead")
        ordering = ["-id"]
        default_permissions = ("view",)
        permissions = [
            ("ask_advancepolicy", _("Can ask for and end paying ahead of the bank")),
            ("approve_advancepolicy", _("Can approve paying ahead of the bank")),
        ]
        indexes = [models.Index(fields=["customer", "-since", "-id"], name="advance_policy_newest")]
        constraints = [
            models.UniqueConstraint(
                fields=["customer"], name="advance_policy_one_waits", condition=Q(state=S.ASKED)
            ),
            models.CheckConstraint(
                name="advance_policy_state_known", condition=Q(state__in=S.values)
            ),
            models.CheckConstraint(
                name="advance_policy_sane",
                condition=Q(limit__gt=0)
                & ~Q(reason="")
                & (Q(until__isnull=True) | Q(until__gte=F("since"))),
            ),
            models.CheckConstraint(
                name="advance_policy_approved_agrees",
                condition=Q(state__in=[S.ASKED, S.REFUSED], approved_at__isnull=True)
                | Q(state__in=[S.ACTIVE, S.ENDED], approved_at__isnull=False),
            ),
            models.CheckConstraint(
                name="advance_policy_ended_agrees",
                condition=Q(state=S.ENDED, ended_at__isnull=False, ended_by__isnull=False)
                & ~Q(end_reason="")
                | (
                    ~Q(state=S.ENDED)
                    & Q(ended_at__isnull=True, ended_by__isnull=True, end_reason="")
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.customer} {self.since:%Y-%m-%d}"
