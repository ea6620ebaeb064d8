"""What is remembered of each outside company: its pace, its health, its token."""

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from apps.core.models import TokenHolder


class ProviderState(TokenHolder):
    """One row per channel, locked for a moment by every claim: so the pace is exact however many
    workers there are."""

    channel = models.CharField(_("channel"), max_length=20, primary_key=True)
    tokens = models.FloatField(_("may send now"), default=0)
    refilled = models.DateTimeField(db_default=Now())
    # Nobody tries before then: it asked us to wait, or it is down.
    paused_until = models.DateTimeField(_("paused until"), null=True)
    pause_reason = models.CharField(_("reason"), max_length=60, blank=True)
    failures_in_row = models.PositiveIntegerField(_("failures in a row"), default=0)
    last_success = models.DateTimeField(_("last success"), null=True)
    last_failure = models.DateTimeField(_("last failure"), null=True)
    last_code = models.CharField(_("last code"), max_length=60, blank=True)

    class Meta:
        verbose_name = _("provider")
        verbose_name_plural = _("providers")

    def __str__(self) -> str:
        return self.channel


class SendStamp(models.Model):
    """One message that counts against a limit per address; kept for a little over a day."""

    key = models.CharField(max_length=80)
    at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = _("counted message")
        verbose_name_plural = _("counted messages")
        default_permissions = ()
        indexes = [
            models.Index(fields=["key", "at"], name="sendstamp_window"),
            models.Index(fields=["at"], name="sendstamp_old"),
        ]

    def __str__(self) -> str:
        return self.key
