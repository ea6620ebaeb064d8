"""What an agent has typed so far, kept so that a closed window loses nothing."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.core.crypto import EncryptedTextField


class OrderDraft(models.Model):
    """The raw form as JSON, mistakes and all; personal data in it is encrypted."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="order_drafts")
    key = models.UUIDField(_("key"))
    summary = models.CharField(_("summary"), max_length=120, blank=True)
    form = EncryptedTextField(_("form"))
    updated_at = models.DateTimeField(_("last typed"), auto_now=True)

    class Meta:
        verbose_name = _("unsaved order")
        verbose_name_plural = _("unsaved orders")
        ordering = ["-updated_at"]
        constraints = [
            models.UniqueConstraint(fields=["owner", "key"], name="order_draft_once"),
        ]
        indexes = [models.Index(fields=["updated_at"], name="order_draft_age")]

    def __str__(self) -> str:
        return str(self.key)
