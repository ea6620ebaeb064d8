"""Files of a form that could not be sent yet: kept, so that nobody has to choose them again."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class HeldFile(models.Model):
    """Judged already; asked for by its key, which only the form knows. Gone with the form."""

    key = models.UUIDField(_("key"), unique=True)
    # Who chose it at the desk, and nobody else gets it. Empty for visitors: whoever has the key.
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        null=True,
        db_index=False,
        related_name="+",
        verbose_name=_("owner"),
    )
    path = models.CharField(_("file"), max_length=120)
    name = models.CharField(_("file name"), max_length=160)
    content_type = models.CharField(_("type"), max_length=100)
    size = models.PositiveIntegerField(_("size (bytes)"))
    keep_until = models.DateTimeField(_("kept until"))

    class Meta:
        verbose_name = _("file of a form")
        verbose_name_plural = _("files of forms")
        default_permissions = ()
        indexes = [models.Index(fields=["keep_until"], name="heldfile_by_end")]
        constraints = [
            models.CheckConstraint(name="heldfile_not_empty", condition=Q(size__gt=0)),
        ]

    def __str__(self) -> str:
        return str(self.key)
