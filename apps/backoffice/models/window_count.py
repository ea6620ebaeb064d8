"""How often somebody did something, counted where it cannot be raced (TRK-10)."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class WindowCount(models.Model):
    """What was counted under a kind and a fingerprint within one window."""

    kind = models.CharField(_("counted"), max_length=40)  # "tracking.waybill"
    # A keyed fingerprint: neither number nor address is readable here.
    key = models.CharField(_("fingerprint"), max_length=32)
    window = models.DateTimeField(_("window begins"))
    count = models.PositiveIntegerField(_("times"), default=0)

    class Meta:
        verbose_name = _("count within a window")
        verbose_name_plural = _("counts within windows")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["kind", "key", "window"], name="window_counted_once"),
        ]
        indexes = [models.Index(fields=["window"], name="count_by_window")]

    def __str__(self) -> str:
        return f"{self.kind} {self.window:%Y-%m-%d %H:%M}: {self.count}"
