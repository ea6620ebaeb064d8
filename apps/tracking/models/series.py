"""The serials behind waybill numbers."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.core.crypto import EncryptedTextField


class NumberSeries(models.Model):
    """The last serial issued under a prefix; the row lock makes serials gapless (TRK-1).

    ``key`` shuffles the serials, so that one number does not tell the next (TRK-10).
    """

    prefix = models.CharField(_("prefix"), max_length=4, primary_key=True)
    last_serial = models.BigIntegerField(_("last serial"), default=-1)
    key = EncryptedTextField(_("shuffling key"))

    class Meta:
        verbose_name = _("number series")
        verbose_name_plural = _("number series")
        constraints = [
            models.CheckConstraint(
                condition=Q(last_serial__gte=-1, last_serial__lt=10**11),
                name="series_serial_in_range",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.prefix}:{self.last_serial}"
