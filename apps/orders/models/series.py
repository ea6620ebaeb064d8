"""The serial part of work order numbers."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class OrderSeries(models.Model):
    """The last serial used on a day; the row lock keeps numbers unique and without gaps."""

    day = models.DateField(_("day"), primary_key=True)
    last = models.PositiveIntegerField(_("last serial"))

    class Meta:
        verbose_name = _("work order series")
        verbose_name_plural = _("work order series")

    def __str__(self) -> str:
        return f"{self.day:%Y%m%d}-{self.last}"
