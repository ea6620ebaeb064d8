"""What the orders API takes and gives. Types and lengths are judged here, meaning by
``cleaning.clean_order``, which every other channel passes too."""

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers as s

from apps.core.api.exact import (
    ExactBoolean,
    ExactChoice,
    ExactDay,
    ExactInteger,
    ExactMoment,
    ExactMoney,
    ExactText,
    StrictShape,
)
from apps.core.masking import mask_name, mask_phone
from apps.core.phones import API_SHAPE, LONGEST
from apps.customers.enums import JobType, SettlementMethod
from apps.orders.cleaning import LENGTHS, MOST_CM3, MOST_GRAMS, MOST_METRES, MOST_PIECES
from apps.orders.enums import (
    Channel,
    CountStatus,
    OrderStatus,
    ServiceLevel,
    TransportMode,
    VehicleType,
)
from apps.orders.models import WorkOrder
from apps.orders.queries import cod_account
from apps.pricing.enums import ComponentKind

PHONE_HELP = "E.164, or as dialled in China with the area code of a landline."


def _text(name: str, *, required: bool = False) -> ExactText:
    return ExactText(required=required, allow_blank=not required, max_length=LENGTHS[name])


def _phone(*, required: bool = False) -> ExactText:
    return ExactText(API_SHAPE, required=required, max_length=LONGEST, help_text=PHONE_HELP)


def _money() -> ExactMoney:
    return ExactMoney(required=False, allow_null=True, help_text="Yuan, as a string.")


def _distance() -> ExactInteger:
    return ExactInteger(
        required=False,
        allow_null=True,
        min_value=1,
        max_value=MOST_METRES,
        help_text="Metres; for prices by the kilometre.",
    )


def _choice(choices: Any) -> ExactChoice:
    return ExactChoice(choices=choices.choices, required=False)


class OrderInShape(StrictShape):
    customer = ExactText(
        required=False,
        max_length=20,
        help_text="Customer code; needed when the key serves several.",
    )
    customer_reference = _text("customer_reference")
    job_type = _choice(JobType)
    service_level = _choice(ServiceLevel)
    transport_mode = _choice(TransportMode)
    vehicle_type = _choice(VehicleType)
    distance_m = _distance()
    requested_delivery = ExactMoment(required=False, allow_null=True)
    pickup_company = _text("pickup_company")
    pickup_contact = _text("pickup_contact")
    pickup_phone = _phone()
    origin_city = _text("origin_city")
    pickup_address = _text("pickup_address")
    delivery_company = _text("delivery_company")
    delivery_contact = _text("delivery_contact", required=True)
    delivery_phone = _phone(required=True)
    destination_city = _text("destination_city", required=True)
    delivery_address = _text("delivery_address", required=True)
    goods_name = _text("goods_name", required=True)
    pieces = ExactInteger(min_value=1, max_value=MOST_PIECES)
    weight_g = ExactInteger(min_value=1, max_value=MOST_GRAMS)
    volume_cm3 = ExactInteger(required=False, allow_null=True, min_value=1, max_value=MOST_CM3)
    waybill_per_piece = ExactBoolean(required=False)
    packaging_wishes = _text("packaging_wishes")
    declared_value = _money()
    insured_amount = _money()
    estimated_fee = _money()
    settlement_method = _choice(SettlementMethod)
    cod_amount = _money()
    return_document_required = ExactBoolean(required=False)
    sign_off_instructions = _text("sign_off_instructions")
    important_notes = _text("important_notes")


class PriceInShape(StrictShape):
    customer = ExactText(
        required=False,
        max_length=20,
        help_text="Customer code; needed when the key serves several.",
    )
    job_type = _choice(JobType)
    service_level = _choice(ServiceLevel)
    vehicle_type = _choice(VehicleType)
    distance_m = _distance()
    origin_city = _text("origin_city")
    destination_city = _text("destination_city", required=True)
    delivery_address = _text("delivery_address")
    pieces = ExactInteger(required=False, min_value=1, max_value=MOST_PIECES)
    weight_g = ExactInteger(min_value=1, max_value=MOST_GRAMS)
    volume_cm3 = ExactInteger(required=False, allow_null=True, min_value=1, max_value=MOST_CM3)
    waybill_per_piece = ExactBoolean(required=False)
    insured_amount = _money()
    cod_amount = _money()
    return_document_required = ExactBoolean(required=False)


class PriceLineShape(s.Serializer[Any]):
    kind = s.ChoiceField(choices=ComponentKind.choices)
    amount = s.DecimalField(max_digits=14, decimal_places=2)


class PriceStepShape(s.Serializer[Any]):
    what = s.CharField()
    how = s.CharField()
    amount = s.DecimalField(max_digits=14, decimal_places=2, allow_null=True)


class PriceShape(s.Serializer[Any]):
    """``lines`` add up to ``total``, and so do the amounts of ``steps``."""

    total = s.DecimalField(max_digits=14, decimal_places=2)
    currency = s.CharField()
    lines = PriceLineShape(many=True)
    steps = PriceStepShape(many=True)


class CancelShape(StrictShape):
    reason = ExactText(max_length=200)


class CountInShape(StrictShape):
    customer = ExactText(required=False, max_length=20)
    day = ExactDay()
    declared = ExactInteger(min_value=0, max_value=1_000_000)


class CountShape(s.Serializer[Any]):
    customer = s.CharField(source="customer.code")
    day = s.DateField()
    declared = s.IntegerField()
    received = s.IntegerField()
    status = s.ChoiceField(choices=CountStatus.choices)


class OrderShape(s.Serializer[Any]):
    """Names and phones are masked, as in every list."""

    number = s.CharField()
    customer = s.CharField(source="customer.code")
    customer_reference = s.CharField()
    status = s.ChoiceField(choices=OrderStatus.choices)
    channel = s.ChoiceField(choices=Channel.choices)
    received_at = s.DateTimeField()
    due_at = s.DateTimeField(allow_null=True)
    confirmed_at = s.DateTimeField(allow_null=True)
    job_type = s.CharField()
    service_level = s.CharField()
    transport_mode = s.CharField()
    vehicle_type = s.CharField()
    distance_m = s.IntegerField(allow_null=True)
    requested_delivery = s.DateTimeField(allow_null=True)
    origin_city = s.CharField()
    destination_city = s.CharField()
    delivery_contact = s.SerializerMethodField()
    delivery_phone = s.SerializerMethodField()
    goods_name = s.CharField()
    pieces = s.IntegerField(allow_null=True)
    weight_g = s.IntegerField(allow_null=True)
    volume_cm3 = s.IntegerField(allow_null=True)
    settlement_method = s.CharField()
    cod_amount = s.DecimalField(max_digits=14, decimal_places=2, allow_null=True)
    cod_account = s.SerializerMethodField()
    declared_value = s.DecimalField(max_digits=14, decimal_places=2, allow_null=True)
    insured_amount = s.DecimalField(max_digits=14, decimal_places=2, allow_null=True)
    estimated_fee = s.DecimalField(max_digits=14, decimal_places=2, allow_null=True)
    waybills = s.SerializerMethodField()

    @extend_schema_field(s.CharField(allow_null=True))
    def get_cod_account(self, order: WorkOrder) -> str | None:
        """The account of ours into which its COD goes now, masked; asked once for each customer."""
        if order.cod_amount is None:
            return None
        accounts: dict[int, str] = self.__dict__.setdefault("_cod_accounts", {})
        if order.customer_id not in accounts:
            accounts[order.customer_id] = cod_account(order, timezone.now())
        return accounts[order.customer_id] or None

    def get_delivery_contact(self, order: WorkOrder) -> str:
        return mask_name(order.delivery_contact)

    def get_delivery_phone(self, order: WorkOrder) -> str:
        return mask_phone(order.delivery_phone)

    def get_waybills(self, order: WorkOrder) -> list[str]:
        if order.confirmed_at is None:
            return []  # they are issued by confirming it
        return [link.waybill.number for link in order.issued.all()]


class OrderListShape(s.Serializer[Any]):
    next = s.CharField(allow_null=True)
    previous = s.CharField(allow_null=True)
    results = OrderShape(many=True)
