"""Messages that came in by WeChat, SMS and e-mail, each answered once (TRK-8)."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from apps.core.crypto import EncryptedTextField
from apps.customers.enums import Language
from apps.inquiries.enums import MESSAGE_REASONS, MessageState, Outcome, Way


class InboundMessage(models.Model):
    """``key`` is a fingerprint of the provider's own id, unique within its way: whoever brings
    the same message again gets the reply that stands here."""

    way = models.CharField(_("way"), max_length=10, choices=Way)
    key = models.CharField(max_length=32, editable=False)
    received_at = models.DateTimeField(_("received at"), db_default=Now())
    asker = EncryptedTextField(_("who wrote"), blank=True, default="")
    asker_index = models.CharField(max_length=32, blank=True, editable=False)
    asker_label = models.CharField(_("who wrote"), max_length=80, blank=True)
    subject = EncryptedTextField(_("subject"), blank=True, default="")
    text = EncryptedTextField(_("text"), blank=True, default="")
    # What a reply needs to stand in its thread, as JSON.
    thread = EncryptedTextField(blank=True, default="", editable=False)
    language = models.CharField(
        _("language"), max_length=10, choices=Language, default=Language.CHINESE
    )
    number = models.CharField(_("waybill number"), max_length=20, blank=True)
    outcome = models.CharField(_("outcome"), max_length=12, choices=Outcome, blank=True)
    # What it opened, or went into.
    case = models.ForeignKey(
        "complaints.Case", models.PROTECT, related_name="+", null=True, verbose_name=_("case")
    )
    reply = EncryptedTextField(_("reply"), blank=True, default="")
    state = models.CharField(
        _("state"), max_length=12, choices=MessageState, default=MessageState.ANSWERED
    )
    reason = models.CharField(_("reason"), max_length=60, blank=True)
    due_at = models.DateTimeField(_("due"), null=True, editable=False)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    # Committed before the server may have the reply: without it nothing has left.
    on_wire_since = models.DateTimeField(_("on the wire since"), null=True, editable=False)

    class Meta:
        verbose_name = _("message received")
        verbose_name_plural = _("messages received")
        ordering = ["-id"]
        permissions = [
            ("read_inboundmessage", _("Can read messages from customers in clear")),
            ("settle_inboundmessage", _("Can send replies again or give them up")),
        ]
        constraints = [
            models.UniqueConstraint(fields=["way", "key"], name="message_received_once"),
            models.CheckConstraint(
                condition=Q(state__in=["waiting", "sending"], due_at__isnull=False)
                | (~Q(state__in=["waiting", "sending"]) & Q(due_at__isnull=True)),
                name="message_waiting_has_due",
            ),
        ]
        indexes = [
            models.Index(fields=["due_at"], name="message_due", condition=Q(due_at__isnull=False)),
            models.Index(fields=["state", "-id"], name="message_by_state"),
            models.Index(fields=["received_at"], name="message_by_time"),
            models.Index(
                fields=["number", "-id"], name="message_by_number", condition=~Q(number="")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_way_display()} · {self.asker_label}"

    @property
    def why(self) -> str:
        """The reason in words; a code that nobody named stands for itself."""
        return str(MESSAGE_REASONS.get(self.reason, self.reason))


class Attachment(models.Model):
    """A file that came with a mail, kept privately and never opened by us."""

    message = models.ForeignKey(
        InboundMessage, models.PROTECT, related_name="attachments", verbose_name=_("message")
    )
    name = EncryptedTextField(_("name"))
    content_type = models.CharField(_("type"), max_length=100)
    size = models.PositiveBigIntegerField(_("size (bytes)"))
    sha256 = models.CharField(max_length=64, editable=False)
    # Empty when it was too large to keep; it is still in the mailbox.
    path = models.CharField(max_length=120, blank=True, editable=False)

    class Meta:
        verbose_name = _("attachment")
        verbose_name_plural = _("attachments")
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.content_type} {self.size}"
