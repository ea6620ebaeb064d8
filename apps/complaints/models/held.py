"""Photos of a form that could not be sent yet: kept, so that nobody has to choose them again."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class HeldFile(models.Model):
    """Clean already; asked for by its key, which only the form knows. Gone with the form."""

    key = models.UUIDField(_("key"), unique=True)
    path = models.CharField(_("file"), max_length=120)
    name = models.CharField(_("file name"), max_length=160)
    content_type = models.CharField(_("type"), max_length=100)
    size = models.PositiveIntegerField(_("size (bytes)"))
    keep_until = models.DateTimeField(_("kept until"))

    class Meta:
        verbose_name = _("photo of a form")
        verbose_name_plural = _("photos of forms")
        default_permissions = ()
        indexes = [models.Index(fields=["keep_until"], name="heldfile_by_end")]
        constraints = [
            models.CheckConstraint(name="heldfile_not_empty", condition=Q(size__gt=0)),
        ]

    def __str__(self) -> str:
        return str(self.key)
