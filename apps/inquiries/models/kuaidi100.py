"""Who may ask us in Kuaidi100's words, and who hears of a shipment that way."""

from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from apps.core.crypto import EncryptedTextField
from apps.core.models import Stamped
from apps.customers.models import Customer
from apps.inquiries.enums import AccountKind, Monitor

if TYPE_CHECKING:
    from apps.accounts.models import User


class AccountQuerySet(models.QuerySet["Kuaidi100Account"]):
    def visible_to(self, user: "User") -> Self:
        if user.visible_unit_ids() is None:
            return self
        return self.filter(customer__in=Customer.objects.visible_to(user))


class Kuaidi100Account(Stamped):
    """Credentials: a merchant's ``customer`` and ``key``, or an aggregator's ``key`` and secret.

    ``code`` is what names the account in a request; ``key`` is what signs it.
    """

    kind = models.CharField(_("kind"), max_length=12, choices=AccountKind)
    customer = models.ForeignKey(
        "customers.Customer",
        models.PROTECT,
        related_name="kuaidi100_accounts",
        null=True,
        blank=True,
        verbose_name=_("customer"),
    )
    name = models.CharField(_("name"), max_length=80)
    code = models.CharField(_("customer code"), max_length=40, unique=True, editable=False)
    key = EncryptedTextField(_("key"), editable=False)
    # A subscription names its account by the key alone.
    key_index = models.CharField(max_length=32, unique=True, editable=False)
    is_active = models.BooleanField(_("active"), default=True)
    expires_at = models.DateTimeField(_("key valid until"), null=True, blank=True)

    objects = AccountQuerySet.as_manager()

    class Meta:
        verbose_name = _("Kuaidi100 credentials")
        verbose_name_plural = _("Kuaidi100 credentials")
        ordering = ["name"]
        permissions = [
            ("manage_kuaidi100account", _("Can make, renew and switch off Kuaidi100 credentials"))
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind=AccountKind.MERCHANT, customer__isnull=False)
                | Q(kind=AccountKind.AGGREGATOR, customer__isnull=True),
                name="kuaidi100_merchant_has_customer",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class SubscriptionQuerySet(models.QuerySet["Kuaidi100Subscription"]):
    def visible_to(self, user: "User") -> Self:
        return self.filter(account__in=Kuaidi100Account.objects.visible_to(user))


class Kuaidi100Subscription(models.Model):
    """One merchant hears of one number; the whole list is pushed each time it says something new.

    ``due_at`` is the next look at the shipment, or the next try of a push that failed. The number
    may be one that is not issued yet.
    """

    account = models.ForeignKey(
        Kuaidi100Account,
        models.PROTECT,
        related_name="subscriptions",
        verbose_name=_("credentials"),
    )
    number = models.CharField(_("waybill number"), max_length=20)
    company = models.CharField(_("company"), max_length=40)
    callback = EncryptedTextField(_("callback address"))
    callback_host = models.CharField(_("callback host"), max_length=120)
    salt = EncryptedTextField(blank=True, default="", editable=False)
    level = models.CharField(_("level of detail"), max_length=1, default="0")
    monitor = models.CharField(
        _("monitor"), max_length=10, choices=Monitor, default=Monitor.POLLING
    )
    created_at = models.DateTimeField(_("subscribed at"), db_default=Now())
    due_at = models.DateTimeField(_("next look"), null=True, db_default=Now())
    # Somebody is sending; after this it is anybody's again.
    lease_until = models.DateTimeField(null=True, editable=False)
    attempts = models.PositiveSmallIntegerField(_("failed tries of this push"), default=0)
    # Of what was pushed last, or tried in vain three times.
    pushed_mark = models.CharField(max_length=32, blank=True, editable=False)
    # Of what is being tried.
    trying = models.CharField(max_length=32, blank=True, editable=False)
    changed_on = models.DateTimeField(_("last news"), null=True)
    last_success = models.DateTimeField(_("last push taken"), null=True)
    last_code = models.CharField(_("last answer"), max_length=60, blank=True)
    pushes = models.PositiveIntegerField(_("pushes taken"), default=0)
    stopped_at = models.DateTimeField(_("stopped at"), null=True)
    stopped_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True, editable=False
    )

    objects = SubscriptionQuerySet.as_manager()

    class Meta:
        verbose_name = _("Kuaidi100 subscription")
        verbose_name_plural = _("Kuaidi100 subscriptions")
        ordering = ["-id"]
        permissions = [
            ("stop_kuaidi100subscription", _("Can stop Kuaidi100 subscriptions")),
        ]
        constraints = [
            models.UniqueConstraint(fields=["account", "number"], name="kuaidi100_subscribed_once"),
            models.CheckConstraint(
                condition=Q(monitor=Monitor.STOPPED, stopped_at__isnull=False, due_at__isnull=True)
                | (~Q(monitor=Monitor.STOPPED) & Q(stopped_at__isnull=True)),
                name="kuaidi100_stopped_has_time",
            ),
            models.CheckConstraint(
                condition=Q(stopped_at__isnull=True, stopped_by__isnull=True)
                | Q(stopped_at__isnull=False, stopped_by__isnull=False),
                name="kuaidi100_stopped_by_someone",
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_at"], name="kuaidi100_due", condition=Q(due_at__isnull=False)
            ),
            models.Index(fields=["number"], name="kuaidi100_by_number"),
        ]

    def __str__(self) -> str:
        return f"{self.number} → {self.callback_host}"
