"""How often somebody guessed, counted where it cannot be raced (TRK-10)."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class GuessCount(models.Model):
    """Attempts on one waybill number, or from one address, within one window."""

    # "waybill" or "address" with a keyed fingerprint: neither is readable here.
    kind = models.CharField(_("counted by"), max_length=10)
    key = models.CharField(_("fingerprint"), max_length=32)
    window = models.DateTimeField(_("window begins"))
    count = models.PositiveIntegerField(_("attempts"), default=0)

    class Meta:
        verbose_name = _("guess count")
        verbose_name_plural = _("guess counts")
        constraints = [
            models.UniqueConstraint(fields=["kind", "key", "window"], name="guess_counted_once"),
        ]
        indexes = [models.Index(fields=["window"], name="guess_by_window")]

    def __str__(self) -> str:
        return f"{self.kind} {self.window:%Y-%m-%d %H:%M}: {self.count}"
