"""What the customer asked for: the part of a work order that is read back and copied to waybills."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.core.crypto import EncryptedTextField
from apps.core.models import MoneyField
from apps.customers.enums import JobType, SettlementMethod
from apps.orders.enums import ServiceLevel, TransportMode, VehicleType


class OrderContent(models.Model):
    """ORD-4's fields in the order they are spoken. A draft may leave most of them empty."""

    job_type = models.CharField(
        _("job type"), max_length=16, choices=JobType.choices, default=JobType.DOOR_TO_DOOR
    )
    service_level = models.CharField(
        _("service level"),
        max_length=30,
        choices=ServiceLevel.choices,
        default=ServiceLevel.STANDARD,
    )
    transport_mode = models.CharField(
        _("transport"), max_length=8, choices=TransportMode.choices, default=TransportMode.ROAD
    )
    vehicle_type = models.CharField(
        _("vehicle type"), max_length=16, choices=VehicleType.choices, blank=True
    )
    # What a price by the kilometre is computed on.
    distance_m = models.PositiveIntegerField(_("distance, m"), null=True, blank=True)
    requested_delivery = models.DateTimeField(_("requested delivery time"), null=True, blank=True)

    pickup_company = models.CharField(_("pickup company"), max_length=120, blank=True)
    pickup_contact = EncryptedTextField(_("pickup contact"), blank=True)
    pickup_phone = EncryptedTextField(_("pickup phone"), blank=True)
    pickup_phone_index = models.CharField(max_length=32, blank=True, editable=False)
    origin_city = models.CharField(_("origin city"), max_length=40, blank=True)
    pickup_address = EncryptedTextField(_("pickup address"), blank=True)

    delivery_company = models.CharField(_("delivery company"), max_length=120, blank=True)
    delivery_contact = EncryptedTextField(_("delivery contact"), blank=True)
    delivery_phone = EncryptedTextField(_("delivery phone"), blank=True)
    delivery_phone_index = models.CharField(max_length=32, blank=True, editable=False)
    destination_city = models.CharField(_("destination city"), max_length=40, blank=True)
    delivery_address = EncryptedTextField(_("delivery address"), blank=True)

    goods_name = models.CharField(_("goods"), max_length=120, blank=True)
    pieces = models.PositiveIntegerField(_("pieces"), null=True, blank=True)
    weight_g = models.PositiveBigIntegerField(_("weight, g"), null=True, blank=True)
    volume_cm3 = models.PositiveBigIntegerField(_("volume, cm³"), null=True, blank=True)
    waybill_per_piece = models.BooleanField(_("one waybill per piece"), default=False)
    packaging_wishes = models.CharField(_("packaging wishes"), max_length=200, blank=True)
    declared_value = MoneyField(_("declared value"), null=True, blank=True)
    # Empty: not insured. Never above what was declared.
    insured_amount = MoneyField(_("insured amount"), null=True, blank=True)
    estimated_fee = MoneyField(_("estimated fee"), null=True, blank=True)
    settlement_method = models.CharField(
        _("settlement method"),
        max_length=16,
        choices=SettlementMethod.choices,
        default=SettlementMethod.MONTHLY,
    )
    cod_amount = MoneyField(_("COD amount"), null=True, blank=True)
    return_document_required = models.BooleanField(_("signed return document"), default=False)
    sign_off_instructions = models.CharField(_("sign-off instructions"), max_length=300, blank=True)
    important_notes = models.TextField(_("important notes"), max_length=1000, blank=True)
    customer_reference = models.CharField(_("customer's reference"), max_length=64, blank=True)

    class Meta:
        abstract = True


def content_constraints() -> list[models.BaseConstraint]:
    """What no order may ever say, however it came in."""
    cod = Q(settlement_method=SettlementMethod.COD)
    return [
        models.CheckConstraint(
            name="order_cod_amount_iff_cod",
            condition=(cod & Q(cod_amount__isnull=False, cod_amount__gt=0))
            | (~cod & Q(cod_amount__isnull=True)),
        ),
        models.CheckConstraint(
            name="order_figures_positive",
            condition=(Q(pieces__isnull=True) | Q(pieces__gt=0))
            & (Q(weight_g__isnull=True) | Q(weight_g__gt=0))
            & (Q(volume_cm3__isnull=True) | Q(volume_cm3__gt=0))
            & (Q(distance_m__isnull=True) | Q(distance_m__gt=0))
            & (Q(declared_value__isnull=True) | Q(declared_value__gte=0))
            & (Q(estimated_fee__isnull=True) | Q(estimated_fee__gte=0)),
        ),
        models.CheckConstraint(
            name="order_insured_up_to_declared",
            condition=Q(insured_amount__isnull=True)
            | Q(
                insured_amount__gt=0,
                declared_value__isnull=False,
                insured_amount__lte=models.F("declared_value"),
            ),
        ),
    ]
