"""The serials behind numbers with a day in them: cases (CS…), exception reports (EX…), orders (WO…)."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class DaySeries(models.Model):
    """The last serial used under a prefix on a day; the row lock keeps numbers unique and gapless."""

    prefix = models.CharField(max_length=4)
    day = models.DateField(_("day"))
    last = models.PositiveIntegerField(_("last serial"))

    class Meta:
        verbose_name = _("number series")
        verbose_name_plural = _("number series")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["prefix", "day"], name="day_series_once"),
            models.CheckConstraint(condition=Q(last__gte=1), name="day_series_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.prefix}{self.day:%Y%m%d}-{self.last}"
