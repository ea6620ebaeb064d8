"""One message to one person by one channel, and how far it is (NTF-2)."""

from typing import TYPE_CHECKING, Self
from uuid import uuid4

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from apps.complaints.models import Case
from apps.core.crypto import EncryptedTextField
from apps.customers.enums import Language
from apps.customers.models import Customer
from apps.notifications.enums import (
    Audience,
    DeliveryState,
    channel_name,
)
from apps.notifications.states import WAITING

if TYPE_CHECKING:
    from apps.accounts.models import User

WAITING_VALUES = sorted(str(state) for state in WAITING)


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    def visible_to(self, user: "User") -> Self:
        """Messages about customers and cases this person may see, and those to this person."""
        if user.visible_unit_ids() is None:
            return self
        theirs = Q(customer__in=Customer.objects.visible_to(user))
        cases = Q(case__in=Case.objects.visible_to(user))
        return self.filter(theirs | cases | Q(recipient=f"user:{user.pk}"))

    def waiting(self) -> Self:
        return self.filter(state__in=WAITING_VALUES)

    def on_its_own(self) -> Self:
        """Not travelling inside a digest."""
        return self.filter(carried_by__isnull=True)


class Delivery(models.Model):
    """Unique by cause, recipient and channel, so that nobody gets the same message twice.

    ``cause`` names what the message is about ("event:17", "status:5:delivered:…"), ``recipient`` who
    ("contact:3", "phone:<blind index>", "user:9", "endpoint:2"). The rest of the channels to fall
    back to lie encrypted in ``chain`` with their addresses. ``data`` never holds personal data in
    clear; what the words need of it lies in ``personal``.
    """

    cause = models.CharField(_("cause"), max_length=120)
    event = models.ForeignKey(
        "events.Event",
        models.PROTECT,
        related_name="+",
        null=True,
        db_index=False,
        verbose_name=_("event"),
    )
    topic = models.CharField(_("about"), max_length=60)
    policy = models.ForeignKey(
        "notifications.NotificationPolicy",
        models.PROTECT,
        related_name="+",
        null=True,
        db_index=False,
        verbose_name=_("policy"),
    )
    audience = models.CharField(_("told as"), max_length=20, choices=Audience)
    channel = models.CharField(_("channel"), max_length=20)
    recipient = models.CharField(_("recipient"), max_length=60)
    recipient_label = models.CharField(_("recipient"), max_length=80, blank=True)
    address = EncryptedTextField(_("address"), blank=True, default="")
    address_index = models.CharField(max_length=32, blank=True, editable=False)
    language = models.CharField(
        _("language"), max_length=10, choices=Language, default=Language.CHINESE
    )
    waybill = models.ForeignKey(
        "tracking.Waybill",
        models.PROTECT,
        related_name="+",
        null=True,
        db_index=False,
        verbose_name=_("waybill"),
    )
    customer = models.ForeignKey(
        "customers.Customer",
        models.PROTECT,
        related_name="+",
        null=True,
        db_index=False,
        verbose_name=_("customer"),
    )
    case = models.ForeignKey(
        "complaints.Case",
        models.PROTECT,
        related_name="+",
        null=True,
        db_index=False,
        verbose_name=_("case"),
    )
    data = models.JSONField(_("details"), default=dict, encoder=DjangoJSONEncoder)
    personal = EncryptedTextField(blank=True, default="")
    link = models.CharField(_("link"), max_length=200, blank=True)

    urgent = models.BooleanField(_("urgent"), default=False)
    quiet_from = models.TimeField(_("quiet from"), null=True)
    quiet_until = models.TimeField(_("quiet until"), null=True)
    digest_key = models.CharField(max_length=120, blank=True, default="")
    carried_by = models.ForeignKey(
        "self",
        models.PROTECT,
        related_name="carries",
        null=True,
        db_index=False,
        verbose_name=_("in the digest"),
    )
    chain = EncryptedTextField(blank=True, default="")
    previous = models.ForeignKey(
        "self",
        models.PROTECT,
        related_name="+",
        null=True,
        db_index=False,
        verbose_name=_("after"),
    )
    fallback_minutes = models.PositiveIntegerField(null=True)
    # When the next channel takes over unless this one is confirmed.
    fallback_due = models.DateTimeField(_("next channel at"), null=True)

    state = models.CharField(
        _("state"), max_length=12, choices=DeliveryState, default=DeliveryState.QUEUED
    )
    state_since = models.DateTimeField(_("since"), db_default=Now())
    state_reason = models.CharField(_("reason"), max_length=60, blank=True)
    due_at = models.DateTimeField(_("due"), db_default=Now())
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    first_attempt = models.DateTimeField(_("first attempt"), null=True)
    worker = models.CharField(max_length=60, blank=True)
    lease_until = models.DateTimeField(null=True)
    # The number of the process that has it (models/sender.py); not a foreign key, which would
    # lock that row for every message.
    sender = models.IntegerField(null=True, editable=False)
    # Written just before the first byte may reach the provider. Without it nothing was sent.
    on_wire_since = models.DateTimeField(null=True, editable=False)
    # The same for every attempt: what a provider that forbids doubles recognises us by.
    idempotency_key = models.UUIDField(default=uuid4, editable=False)
    provider_ref = models.CharField(_("provider's number"), max_length=80, blank=True)
    created_at = models.DateTimeField(_("created at"), db_default=Now())
    delivered_at = models.DateTimeField(_("arrived at"), null=True)
    read_on = models.DateTimeField(_("read at"), null=True)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        permissions = [
            ("resend_delivery", _("Can send messages again")),
            ("cancel_delivery", _("Can cancel waiting messages")),
            ("hand_over_delivery", _("Can hand messages to a person")),
            ("resolve_delivery", _("Can settle unclear messages")),
            ("see_health", _("Can see how the channels are doing")),
        ]
        constraints = [
            models.UniqueConstraint(fields=["cause", "recipient", "channel"], name="delivery_once"),
            # An address that is reached in two roles gets one message.
            models.UniqueConstraint(
                fields=["cause", "channel", "address_index"],
                name="delivery_once_per_address",
                condition=~Q(address_index=""),
            ),
            models.CheckConstraint(
                condition=Q(state=DeliveryState.SENDING, lease_until__isnull=False)
                | (~Q(state=DeliveryState.SENDING) & Q(lease_until__isnull=True)),
                name="delivery_sending_has_lease",
            ),
            models.CheckConstraint(
                condition=Q(state=DeliveryState.SENDING)
                | Q(sender__isnull=True, on_wire_since__isnull=True),
                name="delivery_sender_while_sending",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[DeliveryState.DELIVERED, DeliveryState.READ])
                | Q(delivered_at__isnull=False),
                name="delivery_arrived_has_time",
            ),
            models.CheckConstraint(
                condition=Q(quiet_from__isnull=True, quiet_until__isnull=True)
                | Q(quiet_from__isnull=False, quiet_until__isnull=False),
                name="delivery_quiet_has_both_ends",
            ),
        ]
        indexes = [
            models.Index(
                fields=["channel", "-urgent", "due_at"],
                name="delivery_to_send",
                condition=Q(state__in=WAITING_VALUES, carried_by__isnull=True, digest_key=""),
            ),
            models.Index(
                fields=["due_at"],
                name="delivery_to_gather",
                condition=Q(state__in=WAITING_VALUES, carried_by__isnull=True) & ~Q(digest_key=""),
            ),
            models.Index(
                fields=["digest_key"],
                name="delivery_gathering",
                condition=Q(state__in=WAITING_VALUES, carried_by__isnull=True) & ~Q(digest_key=""),
            ),
            models.Index(
                fields=["channel", "lease_until"],
                name="delivery_sending",
                condition=Q(state=DeliveryState.SENDING),
            ),
            models.Index(
                fields=["channel", "due_at"],
                name="delivery_ambiguous",
                condition=Q(state=DeliveryState.AMBIGUOUS),
            ),
            models.Index(
                fields=["fallback_due"],
                name="delivery_fallback",
                condition=Q(fallback_due__isnull=False),
            ),
            models.Index(
                fields=["channel", "provider_ref"],
                name="delivery_by_ref",
                condition=~Q(provider_ref=""),
            ),
            models.Index(fields=["recipient", "-id"], name="delivery_by_recipient"),
            models.Index(
                fields=["address_index", "-id"],
                name="delivery_by_address",
                condition=~Q(address_index=""),
            ),
            models.Index(
                fields=["waybill", "-id"],
                name="delivery_by_waybill",
                condition=Q(waybill__isnull=False),
            ),
            models.Index(
                fields=["customer", "-id"],
                name="delivery_by_customer",
                condition=Q(customer__isnull=False),
            ),
            models.Index(
                fields=["case", "-id"], name="delivery_by_case", condition=Q(case__isnull=False)
            ),
            models.Index(
                fields=["event"], name="delivery_by_event", condition=Q(event__isnull=False)
            ),
            # Hardly any has one of these, so an ordinary index would be all empty entries.
            models.Index(
                fields=["carried_by"],
                name="delivery_carried",
                condition=Q(carried_by__isnull=False),
            ),
            models.Index(
                fields=["previous"], name="delivery_after", condition=Q(previous__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_channel_name()} · {self.recipient_label or self.recipient}"

    def get_channel_name(self) -> str:
        """In words; a channel that is there no more by its name."""
        return channel_name(self.channel)

    @property
    def is_digest(self) -> bool:
        return self.cause.startswith("digest:")
