"""Who sends: a number that a sending process holds for as long as it lives."""

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

# Of a row ``s``: whether its process holds its lock, as PostgreSQL knows it.
KEY = 0x59500007  # the first half of the lock's key; the second is the number
HELD = f"""
EXISTS (SELECT 1 FROM pg_locks l WHERE l.locktype = 'advisory' AND l.granted
    AND l.classid::bigint = {KEY} AND l.objid::bigint = s.id AND l.objsubid = 2
    AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database()))
"""  # noqa: S608  # a number of ours


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
