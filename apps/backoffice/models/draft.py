"""What somebody at the desk has typed so far, kept so that a closed window loses nothing."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.core.crypto import EncryptedTextField


class Draft(models.Model):
    """The raw form as JSON, mistakes and all; personal data in it is encrypted. ``subject_id`` is the
    number of the record it is about, empty while something new is entered."""

    kind = models.CharField(_("kind"), max_length=40)  # "orders.order"
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="drafts")
    key = models.UUIDField(_("key"))
    subject_id = models.CharField(max_length=40, blank=True)
    summary = models.CharField(_("summary"), max_length=120, blank=True)  # masked
    form = EncryptedTextField(_("form"))
    updated_at = models.DateTimeField(_("last typed"), auto_now=True)

    class Meta:
        verbose_name = _("draft")
        verbose_name_plural = _("drafts")
        default_permissions = ()
        ordering = ["-updated_at"]
        constraints = [
            models.UniqueConstraint(fields=["owner", "kind", "key"], name="draft_once"),
        ]
        indexes = [models.Index(fields=["updated_at"], name="draft_by_age")]

    def __str__(self) -> str:
        return str(self.key)
