from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django_otp.models import Device, ThrottlingMixin

from apps.accounts.models.user import User
from apps.core.crypto import EncryptedTextField


class TotpDevice(ThrottlingMixin, Device):
    """An authenticator app (RFC 6238, 6 digits, 30 s). The secret is encrypted at rest, which
    django-otp's own TOTP device does not do. ``last_t`` is the last time step used: a code is
    good once."""

    key = EncryptedTextField(_("secret"), editable=False)
    last_t = models.BigIntegerField(default=-1, editable=False)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True, editable=False)

    class Meta:
        verbose_name = _("authenticator app")
        verbose_name_plural = _("authenticator apps")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["user"],
                condition=Q(confirmed=True),
                name="accounts_totp_one_per_user",
            ),
        ]

    def get_throttle_factor(self) -> float:
        """Seconds of waiting after the first wrong code; each further one doubles it."""
        return 1

    def verify_token(self, token: Any) -> bool:
        """Codes are checked by services.verify_second_factor alone, which locks the row."""
        return False


class RecoveryCode(models.Model):
    """One way back in for who lost the authenticator; only a keyed hash is kept."""

    user = models.ForeignKey(User, models.CASCADE, related_name="recovery_codes")
    hash = models.CharField(max_length=32, editable=False)
    used_at = models.DateTimeField(_("used at"), null=True)

    class Meta:
        verbose_name = _("recovery code")
        verbose_name_plural = _("recovery codes")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["user", "hash"], name="accounts_recovery_code_once"),
        ]

    def __str__(self) -> str:
        return str(self.pk)
