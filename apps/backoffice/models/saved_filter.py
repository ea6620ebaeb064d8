from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class SavedFilter(models.Model):
    """A list as somebody likes to see it; shared ones are for everybody who sees the list."""

    # "complaints.case": the model that the list is of.
    of_list = models.CharField(_("list"), max_length=60)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    name = models.CharField(_("name"), max_length=60)
    query = models.JSONField(_("filters"), default=dict)
    is_shared = models.BooleanField(_("for everybody"), default=False)

    class Meta:
        verbose_name = _("saved filter")
        verbose_name_plural = _("saved filters")
        ordering = ["name"]
        default_permissions = ()
        indexes = [
            models.Index(
                fields=["of_list"], name="savedfilter_shared", condition=Q(is_shared=True)
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "of_list", "name"], name="savedfilter_once_a_list"
            ),
            models.CheckConstraint(
                name="savedfilter_named", condition=~Q(name="") & ~Q(of_list="")
            ),
        ]

    def __str__(self) -> str:
        return self.name
