"""Who sends: a number that a sending process holds for as long as it lives."""

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


class Sender(models.Model):
    """One start of one sending process. Its number is never given out again, unlike a pid, and is
    the key of a lock that PostgreSQL lets go when the process dies (``services/presence.py``)."""

    # Half of an advisory lock's key, so 32 bits.
    id = models.AutoField(primary_key=True)
    name = models.CharField(_("worker"), max_length=60)
    started_at = models.DateTimeField(_("since"), db_default=Now())
    # Since when nobody holds the lock; its process has a moment to take it again.
    missing_since = models.DateTimeField(null=True, editable=False)

    class Meta:
        verbose_name = _("sending process")
        verbose_name_plural = _("sending processes")
        default_permissions = ()

    def __str__(self) -> str:
        return self.name
