from datetime import timedelta

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.backoffice.enums import FileKind, RetentionUnit

MOST_DAYS = 3_650


class FileRetention(models.Model):
    """For how long files of a kind are stored; a file that is stored already keeps the instant it was given."""

    what = models.CharField(_("files"), max_length=20, choices=FileKind.choices, unique=True)
    number = models.PositiveSmallIntegerField(
        _("for how many"), validators=[MinValueValidator(1), MaxValueValidator(MOST_DAYS)]
    )
    unit = models.CharField(
        _("days or hours"), max_length=5, choices=RetentionUnit.choices, default=RetentionUnit.DAYS
    )

    class Meta:
        verbose_name = _("time of keeping files")
        verbose_name_plural = _("times of keeping files")
        ordering = ["what"]
        default_permissions = ("view", "change")
        constraints = [
            models.CheckConstraint(
                name="file_retention_number", condition=Q(number__gte=1, number__lte=MOST_DAYS)
            ),
            models.CheckConstraint(
                name="file_retention_unit", condition=Q(unit__in=RetentionUnit.values)
            ),
            models.CheckConstraint(
                name="file_retention_known", condition=Q(what__in=FileKind.values)
            ),
        ]

    def __str__(self) -> str:
        return str(FileKind(self.what).label)

    @property
    def period(self) -> timedelta:
        return timedelta(**{self.unit: self.number})
