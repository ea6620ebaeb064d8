"""Where webhooks of merchants go, and the log they can read and replay (NTF-4)."""

from typing import TYPE_CHECKING, Self
from uuid import uuid4

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.core.crypto import EncryptedTextField
from apps.core.models import AppendOnly, Stamped
from apps.customers.models import Customer
from apps.notifications.enums import EndpointState

if TYPE_CHECKING:
    from apps.accounts.models import User


class CustomersQuerySet(models.QuerySet["WebhookEndpoint"]):
    def visible_to(self, user: "User") -> Self:
        return self.filter(customer__in=Customer.objects.visible_to(user))


class WebhookEndpoint(Stamped):
    """An address of a merchant to which its events are sent, after Standard Webhooks."""

    customer = models.ForeignKey(
        "customers.Customer",
        models.PROTECT,
        related_name="webhook_endpoints",
        verbose_name=_("customer"),
    )
    url = models.URLField(_("address"), max_length=500)
    description = models.CharField(_("description"), max_length=120, blank=True)
    event_types = ArrayField(
        models.CharField(max_length=60), default=list, blank=True, verbose_name=_("hears of")
    )
    secret = EncryptedTextField(editable=False)
    previous_secret = EncryptedTextField(blank=True, default="", editable=False)
    # Until then both secrets sign.
    previous_until = models.DateTimeField(null=True, editable=False)
    state = models.CharField(
        _("state"), max_length=10, choices=EndpointState, default=EndpointState.ACTIVE
    )
    state_reason = models.CharField(_("reason"), max_length=120, blank=True)
    failing_since = models.DateTimeField(_("failing since"), null=True, editable=False)
    last_success = models.DateTimeField(_("last success"), null=True, editable=False)
    removed_at = models.DateTimeField(null=True, editable=False)
    removed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True, editable=False
    )

    objects = CustomersQuerySet.as_manager()

    class Meta:
        verbose_name = _("webhook endpoint")
        verbose_name_plural = _("webhook endpoints")
        permissions = [("manage_endpoint", _("Can switch webhook endpoints on and off"))]
        constraints = [
            models.UniqueConstraint(
                fields=["customer", "url"],
                condition=Q(removed_at__isnull=True),
                name="endpoint_once",
            ),
            models.CheckConstraint(
                condition=Q(removed_at__isnull=True, removed_by__isnull=True)
                | Q(removed_at__isnull=False, removed_by__isnull=False),
                name="endpoint_removed_by_someone",
            ),
            models.CheckConstraint(
                condition=~Q(state=EndpointState.DISABLED) | ~Q(state_reason=""),
                name="endpoint_disabled_says_why",
            ),
        ]

    def __str__(self) -> str:
        return self.url


class WebhookEventQuerySet(models.QuerySet["WebhookEvent"]):
    def visible_to(self, user: "User") -> Self:
        return self.filter(customer__in=Customer.objects.visible_to(user))


class WebhookEvent(AppendOnly):
    """What was sent to a merchant, or would have been: the log behind replay. No personal data."""

    uid = models.UUIDField(_("id"), default=uuid4, unique=True)
    customer = models.ForeignKey(
        "customers.Customer", models.PROTECT, related_name="+", verbose_name=_("customer")
    )
    event = models.ForeignKey(
        "events.Event", models.PROTECT, related_name="+", null=True, db_index=False
    )
    type = models.CharField(_("type"), max_length=60)
    at = models.DateTimeField(_("when"))
    payload = models.JSONField(_("content"), encoder=DjangoJSONEncoder)

    objects = WebhookEventQuerySet.as_manager()

    class Meta:
        verbose_name = _("webhook event")
        verbose_name_plural = _("webhook events")
        constraints = [
            models.UniqueConstraint(
                fields=["event", "customer"],
                condition=Q(event__isnull=False),
                name="webhook_event_once",
            )
        ]
        indexes = [
            models.Index(fields=["customer", "-id"], name="webhook_event_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.type} {self.uid}"

    @property
    def message_id(self) -> str:
        """The ``webhook-id``: the same for every endpoint, retry and replay."""
        return f"msg_{self.uid.hex}"
