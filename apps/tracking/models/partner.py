"""Partner carriers and the numbers under which they know our shipments."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.core.crypto import EncryptedTextField


class PartnerCarrier(models.Model):
    """A network partner that carries or delivers part of the way."""

    code = models.SlugField(_("code"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=80)
    english_name = models.CharField(_("English name"), max_length=80, blank=True)
    # The names under which an aggregator speaks of this carrier ("yunda", "huitongkuaidi").
    feed_code = models.CharField(_("code in partner feeds"), max_length=40, blank=True)
    salt = EncryptedTextField(_("feed salt"), blank=True)
    time_zone = models.CharField(_("time zone"), max_length=40, default="Asia/Shanghai")
    phone = models.CharField(_("hotline"), max_length=30, blank=True)
    is_active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = _("partner carrier")
        verbose_name_plural = _("partner carriers")
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name


class PartnerNumber(models.Model):
    """One foreign number of a waybill; a carrier's number belongs to one waybill only."""

    carrier = models.ForeignKey(
        PartnerCarrier, models.PROTECT, related_name="numbers", verbose_name=_("partner carrier")
    )
    number = models.CharField(_("number"), max_length=40)
    waybill = models.ForeignKey(
        "tracking.Waybill",
        models.PROTECT,
        related_name="partner_numbers",
        verbose_name=_("waybill"),
    )
    attached_at = models.DateTimeField(_("attached at"))
    attached_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("attached by")
    )

    class Meta:
        verbose_name = _("partner number")
        verbose_name_plural = _("partner numbers")
        constraints = [
            models.UniqueConstraint(fields=["carrier", "number"], name="partner_number_once"),
            models.CheckConstraint(condition=~Q(number=""), name="partner_number_given"),
        ]
        indexes = [models.Index(fields=["number"], name="partner_number_lookup")]

    def __str__(self) -> str:
        return f"{self.carrier_id}:{self.number}"
