"""What somebody has typed about a case so far, kept so that a closed window loses nothing."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.complaints.models.case import Case
from apps.core.crypto import EncryptedTextField


class CaseDraft(models.Model):
    """The raw form as JSON, mistakes and all; personal data in it is encrypted. ``case`` is empty
    while the case is still being taken down."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="case_drafts")
    key = models.UUIDField(_("key"))
    case = models.ForeignKey(Case, models.CASCADE, related_name="drafts", null=True)
    summary = models.CharField(_("summary"), max_length=120, blank=True)  # masked
    form = EncryptedTextField(_("form"))
    updated_at = models.DateTimeField(_("last typed"), auto_now=True)

    class Meta:
        verbose_name = _("unsaved case")
        verbose_name_plural = _("unsaved cases")
        default_permissions = ()
        ordering = ["-updated_at"]
        constraints = [
            models.UniqueConstraint(fields=["owner", "key"], name="case_draft_once"),
        ]
        indexes = [models.Index(fields=["updated_at"], name="case_draft_age")]

    def __str__(self) -> str:
        return str(self.key)
