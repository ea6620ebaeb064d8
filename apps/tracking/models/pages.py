"""Pages over other tables that have an address and permissions of their own."""

from django.utils.translation import gettext_lazy as _

from apps.tracking.models.event import TrackingEvent
from apps.tracking.models.partner import PartnerCarrier
from apps.tracking.models.waybill import Waybill


class Scan(TrackingEvent):
    """The depot's scan form."""

    class Meta:
        proxy = True
        verbose_name = _("scan")
        verbose_name_plural = _("scan form")
        default_permissions = ("add",)


class StageOverrun(Waybill):
    """How long each stage took, by unit and by partner."""

    class Meta:
        proxy = True
        verbose_name = _("stage overrun")
        verbose_name_plural = _("stages and overruns")
        default_permissions = ("view",)


class PartnerScore(PartnerCarrier):
    """How one partner carrier does."""

    class Meta:
        proxy = True
        verbose_name = _("partner scorecard")
        verbose_name_plural = _("partner scorecards")
        default_permissions = ("view",)


class Delivery(Waybill):
    """One shipment's delivery: who may sign, who signed, how satisfied the customer is."""

    class Meta:
        proxy = True
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries and proofs")
        default_permissions = ()
