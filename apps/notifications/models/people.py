"""What people want: preferences, opt-outs, subscriptions, accounts linked to a phone (NTF-3)."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from apps.core.crypto import EncryptedTextField
from apps.customers.enums import Language
from apps.notifications.enums import (
    LinkKind,
    SubscriptionState,
    SuppressionReason,
    channel_choices,
)


class Preference(models.Model):
    """How one recipient wants to be notified; ``recipient`` as in Delivery, or "customer:<id>" for
    all contacts of a customer. An empty list of channels leaves the policy's order."""

    recipient = models.CharField(_("recipient"), max_length=60, unique=True)
    recipient_label = models.CharField(_("recipient"), max_length=80, blank=True)
    channels = ArrayField(
        models.CharField(max_length=20, choices=channel_choices),
        default=list,
        blank=True,
        verbose_name=_("channels, best first"),
    )
    muted_topics = ArrayField(
        models.CharField(max_length=60), default=list, blank=True, verbose_name=_("not about")
    )
    opted_out = models.BooleanField(
        _("wants no messages"),
        default=False,
        help_text=_("Urgent messages and codes the person asked for still go out."),
    )
    language = models.CharField(_("language"), max_length=10, choices=Language, blank=True)
    quiet_from = models.TimeField(_("quiet from"), null=True, blank=True)
    quiet_until = models.TimeField(_("quiet until"), null=True, blank=True)
    changed_at = models.DateTimeField(_("changed at"))
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("changed by")
    )

    class Meta:
        verbose_name = _("message preference")
        verbose_name_plural = _("message preferences")
        permissions = [("manage_preference", _("Can change message preferences"))]
        constraints = [
            models.CheckConstraint(
                condition=Q(quiet_from__isnull=True, quiet_until__isnull=True)
                | Q(quiet_from__isnull=False, quiet_until__isnull=False),
                name="preference_quiet_has_both_ends",
            )
        ]

    def __str__(self) -> str:
        return self.recipient_label or self.recipient


class SuppressedAddress(models.Model):
    """An address that is not written to: it bounced, or its owner asked us to stop."""

    channel = models.CharField(_("channel"), max_length=20)
    address_index = models.CharField(max_length=32, editable=False)
    label = models.CharField(_("address"), max_length=80, blank=True)
    reason = models.CharField(_("reason"), max_length=12, choices=SuppressionReason)
    code = models.CharField(_("code"), max_length=60, blank=True)
    delivery = models.ForeignKey(
        "notifications.Delivery", models.PROTECT, related_name="+", null=True, editable=False
    )
    created_at = models.DateTimeField(_("since"), db_default=Now(), editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", editable=False
    )
    lifted_at = models.DateTimeField(_("lifted at"), null=True, editable=False)
    lifted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True, editable=False
    )

    class Meta:
        verbose_name = _("stopped address")
        verbose_name_plural = _("stopped addresses")
        permissions = [("lift_suppressedaddress", _("Can take addresses off the stop list"))]
        constraints = [
            models.UniqueConstraint(
                fields=["channel", "address_index"],
                condition=Q(lifted_at__isnull=True),
                name="suppressed_once",
            ),
            models.CheckConstraint(
                condition=Q(lifted_at__isnull=True, lifted_by__isnull=True)
                | Q(lifted_at__isnull=False, lifted_by__isnull=False),
                name="suppressed_lifted_by_someone",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.channel} {self.label}"


class Subscription(models.Model):
    """Somebody wants messages about one shipment; it counts once the code came back (TRK-9)."""

    waybill = models.ForeignKey(
        "tracking.Waybill", models.PROTECT, related_name="+", verbose_name=_("waybill")
    )
    channel = models.CharField(_("channel"), max_length=20, choices=channel_choices)
    address = EncryptedTextField(_("address"))
    address_index = models.CharField(max_length=32, editable=False)
    address_label = models.CharField(_("address"), max_length=80)
    language = models.CharField(
        _("language"), max_length=10, choices=Language, default=Language.CHINESE
    )
    state = models.CharField(
        _("state"), max_length=10, choices=SubscriptionState, default=SubscriptionState.PENDING
    )
    created_at = models.DateTimeField(_("asked for at"), db_default=Now())
    confirmed_on = models.DateTimeField(_("confirmed at"), null=True)
    ended_on = models.DateTimeField(_("ended at"), null=True)

    class Meta:
        verbose_name = _("subscription")
        verbose_name_plural = _("subscriptions")
        constraints = [
            models.UniqueConstraint(
                fields=["waybill", "channel", "address_index"],
                condition=~Q(state=SubscriptionState.ENDED),
                name="subscription_once",
            ),
            models.CheckConstraint(
                condition=~Q(state=SubscriptionState.ACTIVE) | Q(confirmed_on__isnull=False),
                name="subscription_active_is_confirmed",
            ),
            models.CheckConstraint(
                condition=Q(state=SubscriptionState.ENDED, ended_on__isnull=False)
                | (~Q(state=SubscriptionState.ENDED) & Q(ended_on__isnull=True)),
                name="subscription_ended_has_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.waybill_id} → {self.address_label}"


class TalkWindow(models.Model):
    """When somebody last wrote to our WeChat account: for 48 hours from then we may answer in the
    conversation itself."""

    address_index = models.CharField(max_length=32, unique=True, editable=False)
    last_heard = models.DateTimeField(_("last heard from"))

    class Meta:
        verbose_name = _("WeChat conversation")
        verbose_name_plural = _("WeChat conversations")
        default_permissions = ()

    def __str__(self) -> str:
        return self.address_index


class LinkedAddress(models.Model):
    """An account elsewhere (a WeChat openid) whose owner proved to hold a phone."""

    kind = models.CharField(_("kind"), max_length=10, choices=LinkKind, default=LinkKind.WECHAT)
    address = EncryptedTextField(_("account"))
    address_index = models.CharField(max_length=32, editable=False)
    phone_index = models.CharField(max_length=32, editable=False)
    phone_label = models.CharField(_("phone"), max_length=40)
    linked_at = models.DateTimeField(_("linked at"))
    linked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(_("unlinked at"), null=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True
    )

    class Meta:
        verbose_name = _("linked account")
        verbose_name_plural = _("linked accounts")
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "address_index"],
                condition=Q(ended_at__isnull=True),
                name="linked_account_once",
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, ended_by__isnull=True)
                | Q(ended_at__isnull=False, ended_by__isnull=False),
                name="linked_ended_by_someone",
            ),
        ]
        indexes = [
            models.Index(
                fields=["phone_index"],
                name="linked_by_phone",
                condition=Q(ended_at__isnull=True),
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.phone_label}"
