"""A code sent to an address, to prove that whoever asks reads what is sent there."""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from apps.notifications.enums import CodePurpose


class OneTimeCode(models.Model):
    """One per request: whoever asks for a code as well, for the same address, neither ends the
    first one's nor uses up its tries. Neither code nor address can be read here."""

    purpose = models.CharField(_("purpose"), max_length=10, choices=CodePurpose)
    # What it proves, in the words of its purpose: a subscription, a binding, a shipment's half.
    about = models.CharField(max_length=64)
    code_hash = models.CharField(max_length=64, editable=False)
    created_at = models.DateTimeField(_("asked for at"), db_default=Now())
    expires_at = models.DateTimeField(_("valid until"))
    tries = models.PositiveSmallIntegerField(_("tries"), default=0)
    used_at = models.DateTimeField(_("used at"), null=True)

    class Meta:
        verbose_name = _("one-time code")
        verbose_name_plural = _("one-time codes")
        default_permissions = ()
        indexes = [
            models.Index(fields=["purpose", "about", "-id"], name="code_by_subject"),
            models.Index(fields=["expires_at"], name="code_old"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(used_at__isnull=True) | Q(used_at__lt=F("expires_at")),
                name="code_used_in_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.purpose} #{self.pk}"
