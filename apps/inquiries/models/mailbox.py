"""How reading the mailbox goes."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class MailboxState(models.Model):
    """One row per mailbox, for people to see whether it is read."""

    name = models.CharField(_("mailbox"), max_length=120, unique=True)
    last_seen_at = models.DateTimeField(_("last read"), null=True)
    last_success = models.DateTimeField(_("last success"), null=True)
    last_error = models.CharField(_("last error"), max_length=120, blank=True)
    failures_in_row = models.PositiveIntegerField(_("failures in a row"), default=0)
    taken_in = models.PositiveBigIntegerField(_("mails taken in"), default=0)
    left_alone = models.PositiveBigIntegerField(_("mails not to be answered"), default=0)

    class Meta:
        verbose_name = _("mailbox")
        verbose_name_plural = _("mailboxes")

    def __str__(self) -> str:
        return self.name
