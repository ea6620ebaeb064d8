"""What the billing API gives. Amounts are yuan as strings, tax included."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers as s

from apps.billing.enums import ChargeKind, StatementState
from apps.billing.models import Charge, Statement
from apps.core.opaque import Id, hide

TOLD = [StatementState.SENT, StatementState.CONFIRMED]
TOLD_CHOICES = [(state.value, state.label) for state in TOLD]
PAYERS = ("customer", "consignee")


def _amount(**more: Any) -> s.DecimalField:
    return s.DecimalField(max_digits=14, decimal_places=2, **more)


class FeeLineShape(s.Serializer[Any]):
    kind = s.ChoiceField(choices=ChargeKind.choices)
    amount = _amount()


class FeeShape(s.Serializer[Any]):
    waybill = s.CharField()
    paid_by = s.ChoiceField(choices=[(who, who) for who in PAYERS])
    total = _amount(allow_null=True)
    currency = s.CharField()
    lines = FeeLineShape(many=True)


class StatementShape(s.Serializer[Statement]):
    number = s.CharField(help_text="Quote it on your transfer: it settles the statement by itself.")
    customer = s.CharField(source="bill_to.code", help_text="Code of the customer who pays.")
    month = s.SerializerMethodField(help_text="2026-11")
    state = s.ChoiceField(choices=TOLD_CHOICES)
    lines = s.IntegerField(help_text="How many charges it has.")
    opening = _amount(help_text="Owed when the month began.")
    charged = _amount()
    received = _amount(help_text="Settled within the month.")
    closing = _amount(help_text="opening + charged − received")
    currency = s.SerializerMethodField()
    sent_at = s.DateTimeField()
    due_on = s.DateField()
    confirmed_at = s.DateTimeField(allow_null=True)

    def get_month(self, statement: Statement) -> str:
        return f"{statement.period:%Y-%m}"

    def get_currency(self, statement: Statement) -> str:
        return "CNY"


class StatementListShape(s.Serializer[Any]):
    next = s.CharField(allow_null=True)
    previous = s.CharField(allow_null=True)
    results = StatementShape(many=True)


class TotalShape(s.Serializer[Any]):
    kind = s.ChoiceField(choices=ChargeKind.choices)
    lines = s.IntegerField(source="n")
    amount = _amount(source="gross")


class StatementDetailShape(StatementShape):
    totals = TotalShape(many=True)


class ChargeShape(s.Serializer[Charge]):
    id = s.SerializerMethodField()
    day = s.DateField(source="service_day")
    kind = s.ChoiceField(choices=ChargeKind.choices)
    amount = _amount(source="gross", help_text="Below zero for what is taken off.")
    waybill = s.CharField(allow_blank=True, help_text="Empty where it is not for one shipment.")
    customer = s.CharField(source="customer.code", help_text="Whose shipment it was.")
    tax_class = s.CharField(source="tax_class.code")
    corrects = s.SerializerMethodField(help_text="The charge that this one corrects.")
    note = s.CharField(source="reason", allow_blank=True)

    def get_id(self, charge: Charge) -> str:
        return hide(Id.CHARGE, charge.pk)

    @extend_schema_field({"type": "string", "nullable": True})
    def get_corrects(self, charge: Charge) -> str | None:
        return hide(Id.CHARGE, charge.corrects_id) if charge.corrects_id else None


class ChargeListShape(s.Serializer[Any]):
    next = s.CharField(allow_null=True)
    previous = s.CharField(allow_null=True)
    results = ChargeShape(many=True)
