"""A link by which a person's own calendar reads their shifts."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

USER = settings.AUTH_USER_MODEL


class ShiftFeed(models.Model):
    """Only a hash of the token is kept; a new link ends the one before."""

    user = models.ForeignKey(USER, models.PROTECT, related_name="+", verbose_name=_("user"))
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    made_at = models.DateTimeField(_("made"))
    revoked_at = models.DateTimeField(_("revoked"), null=True)
    revoked_by = models.ForeignKey(USER, models.PROTECT, related_name="+", null=True)

    class Meta:
        verbose_name = _("calendar link")
        verbose_name_plural = _("calendar links")
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=Q(revoked_at__isnull=True, revoked_by__isnull=True)
                | Q(revoked_at__isnull=False, revoked_by__isnull=False),
                name="shiftfeed_revoked_by_someone",
            ),
            models.UniqueConstraint(
                fields=["user"], name="shiftfeed_one", condition=Q(revoked_at__isnull=True)
            ),
        ]

    def __str__(self) -> str:
        return str(self.user)
