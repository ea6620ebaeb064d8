from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.backoffice.enums import FileKind

MOST_DAYS = 3_650


class FileRetention(models.Model):
    """For how many days the house keeps files of a kind; what is kept already keeps its day."""

    what = models.CharField(_("files"), max_length=20, choices=FileKind.choices, unique=True)
    days = models.PositiveSmallIntegerField(
        _("days"), validators=[MinValueValidator(1), MaxValueValidator(MOST_DAYS)]
    )

    class Meta:
        verbose_name = _("days of keeping files")
        verbose_name_plural = _("days of keeping files")
        ordering = ["what"]
        default_permissions = ("view", "change")
        constraints = [
            models.CheckConstraint(
                name="file_retention_days", condition=Q(days__gte=1, days__lte=MOST_DAYS)
            ),
            models.CheckConstraint(
                name="file_retention_known", condition=Q(what__in=FileKind.values)
            ),
        ]

    def __str__(self) -> str:
        return str(FileKind(self.what).label)
