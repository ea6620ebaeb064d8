"""What staff type, from text to clean values."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from django import forms
from django.db.models import Choices
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.backoffice.forms.held_files import FormWithFiles, HeldFileField
from apps.backoffice.forms.imports import ImportForm
from apps.core.errors import BadInput
from apps.core.fields import NaturalMomentField
from apps.customers.enums import FollowUpClass, JobType, SettlementMethod
from apps.customers.models import Customer
from apps.orders.cleaning import LENGTHS, clean_moment, clean_order
from apps.orders.enums import Channel, ServiceLevel, TransportMode, VehicleType
from apps.orders.inputs import INPUT_FIELDS, OrderInput
from apps.orders.models import WorkOrder
from apps.orders.queries import owners_for

MOMENT = {"type": "datetime-local"}
# Sections in the order in which they are spoken, each with its fields in keyboard order.
SECTIONS: tuple[tuple[str, Any, tuple[str, ...]], ...] = (
    (
        "job",
        _("The job"),
        (
            "job_type",
            "service_level",
            "transport_mode",
            "vehicle_type",
            "distance_km",
            "requested_delivery",
        ),
    ),
    (
        "pickup",
        _("Pick up from"),
        ("pickup_company", "pickup_contact", "pickup_phone", "origin_city", "pickup_address"),
    ),
    (
        "delivery",
        _("Deliver to"),
        (
            "delivery_company",
            "delivery_contact",
            "delivery_phone",
            "destination_city",
            "delivery_address",
        ),
    ),
    (
        "goods",
        _("The goods"),
        ("goods_name", "pieces", "weight_kg", "volume_m3", "waybill_per_piece", "packaging_wishes"),
    ),
    (
        "money",
        _("Money"),
        ("settlement_method", "cod_amount", "declared_value", "insured_amount", "estimated_fee"),
    ),
    (
        "wishes",
        _("Instructions"),
        (
            "sign_off_instructions",
            "return_document_required",
            "important_notes",
            "customer_reference",
        ),
    ),
)


def _select(choices: type[Choices], label: Any, usual: str = "") -> forms.ChoiceField:
    options: list[tuple[Any, Any]] = [] if usual else [("", "—")]
    return forms.ChoiceField(
        label=label, choices=[*options, *choices.choices], required=False, initial=usual
    )


def _line(name: str, label: Any, **attrs: Any) -> forms.CharField:
    widget = forms.TextInput(attrs={"autocomplete": "off", **attrs})
    return forms.CharField(label=label, max_length=LENGTHS.get(name), required=False, widget=widget)


class OrderForm(FormWithFiles):
    """Every field is text; ``cleaning.clean_order`` judges it, as for every other channel."""

    channel = _select(Channel, _("channel"), Channel.PHONE)
    received_at = forms.CharField(
        label=_("received"), required=False, widget=forms.TextInput(attrs=MOMENT)
    )
    original_text = forms.CharField(
        label=_("original message"),
        required=False,
        max_length=8000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    original_file = HeldFileField(
        label=_("original file"),
        required=False,
    )

    job_type = _select(JobType, _("job type"), JobType.DOOR_TO_DOOR)
    service_level = _select(ServiceLevel, _("service level"), ServiceLevel.STANDARD)
    transport_mode = _select(TransportMode, _("transport"), TransportMode.ROAD)
    vehicle_type = _select(VehicleType, _("vehicle type"))
    distance_km = _line("number", _("distance, km"), inputmode="decimal")
    requested_delivery = forms.CharField(
        label=_("requested delivery time"), required=False, widget=forms.TextInput(attrs=MOMENT)
    )
    pickup_company = _line("pickup_company", _("company"))
    pickup_contact = _line("pickup_contact", _("contact"))
    pickup_phone = _line("phone", _("phone"), inputmode="tel")
    origin_city = _line("origin_city", _("city"))
    pickup_address = _line("pickup_address", _("address"))
    delivery_company = _line("delivery_company", _("company"))
    delivery_contact = _line("delivery_contact", _("contact"))
    delivery_phone = _line("phone", _("phone"), inputmode="tel")
    destination_city = _line("destination_city", _("city"))
    delivery_address = _line("delivery_address", _("address"))
    goods_name = _line("goods_name", _("goods"))
    pieces = _line("number", _("pieces"), inputmode="numeric")
    weight_kg = _line("number", _("weight, kg"), inputmode="decimal")
    volume_m3 = _line("number", _("volume, m³"), inputmode="decimal")
    waybill_per_piece = forms.BooleanField(label=_("one waybill per piece"), required=False)
    packaging_wishes = _line("packaging_wishes", _("packaging wishes"))
    settlement_method = _select(SettlementMethod, _("settlement method"), SettlementMethod.MONTHLY)
    cod_amount = _line("money", _("COD amount, ¥"), inputmode="decimal")
    declared_value = _line("money", _("declared value, ¥"), inputmode="decimal")
    insured_amount = _line(
        "money",
        _("insured amount, ¥ (empty: not insured)"),
        inputmode="decimal",
    )
    estimated_fee = _line("money", _("estimated fee, ¥"), inputmode="decimal")
    sign_off_instructions = _line("sign_off_instructions", _("sign-off instructions"))
    return_document_required = forms.BooleanField(label=_("signed return document"), required=False)
    important_notes = forms.CharField(
        label=_("important notes"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    customer_reference = _line("customer_reference", _("customer's reference"))

    content: OrderInput

    def __init__(self, *args: Any, agreed: datetime | None = None, **kwargs: Any) -> None:
        """``agreed``: the requested delivery of the order that is changed."""
        super().__init__(*args, **kwargs)
        self._agreed = agreed

    def clean_received_at(self) -> datetime:
        text = self.cleaned_data["received_at"]
        try:
            return clean_moment(text, "received_at") if text else timezone.now()
        except BadInput as error:
            raise forms.ValidationError(str(error)) from error

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        raw = {name: values[name] for name in self.fields if name in values}
        self.content, errors = clean_order(raw, agreed=self._agreed)
        for name, error in errors.items():
            self.add_error(name if name in self.fields else None, str(error))
        return values

    def sections(self) -> list[dict[str, Any]]:
        return [
            {"key": key, "title": title, "fields": [self[name] for name in names]}
            for key, title, names in SECTIONS
        ]


class CustomerForm(FormWithFiles):
    """Which company, among those this person may see."""

    customer = forms.ModelChoiceField(
        Customer.objects.none(),
        widget=forms.HiddenInput,
        error_messages={"required": _("Choose the company first: type its name, code or phone.")},
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, user=user, **kwargs)
        field = self.fields["customer"]
        field.queryset = Customer.objects.visible_to(user)  # type: ignore[attr-defined]  # a model choice field


def order_initial(order: WorkOrder) -> dict[str, Any]:
    """An order back in the words of the form."""
    initial = {name: getattr(order, name) for name in INPUT_FIELDS}
    initial["weight_kg"] = _scaled(order.weight_g, 1000)
    initial["volume_m3"] = _scaled(order.volume_cm3, 1_000_000)
    initial["distance_km"] = _scaled(order.distance_m, 1000)
    for name in ("cod_amount", "declared_value", "insured_amount", "estimated_fee", "pieces"):
        initial[name] = "" if initial[name] is None else str(initial[name])
    asked = order.requested_delivery
    initial["requested_delivery"] = local_input(asked) if asked else ""
    initial["channel"] = order.channel
    initial["received_at"] = local_input(order.received_at)
    return initial


def _scaled(amount: int | None, factor: int) -> str:
    return "" if amount is None else f"{Decimal(amount) / factor:f}"


def local_input(moment: datetime) -> str:
    """As an input of type datetime-local wants it."""
    return timezone.localtime(moment).strftime("%Y-%m-%dT%H:%M")


class ReadBackForm(forms.Form):
    agreed = forms.BooleanField(
        label=_("I read all of this aloud and the customer agreed"),
        error_messages={"required": _("Read it aloud first, then tick this.")},
    )
    heard_by = forms.CharField(label=_("Who agreed"), max_length=60)


class PrintForm(forms.Form):
    """A first copy asks for nothing, a further one why it is printed again."""

    reason = forms.CharField(
        label=_("This was printed before; say why it is printed again."), max_length=200
    )

    def __init__(self, *args: Any, is_again: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not is_again:
            self.fields["reason"] = forms.CharField(required=False, widget=forms.HiddenInput)


class AssignForm(forms.Form):
    owner = forms.ModelChoiceField(User.objects.none(), label=_("New owner"))

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        ids = [owner.pk for owner in owners_for(user)]
        self.fields["owner"].queryset = User.objects.filter(pk__in=ids).order_by("display_name")  # type: ignore[attr-defined]  # a model choice field


class ClassForm(forms.Form):
    follow_up_class = forms.ChoiceField(
        label=_("Follow-up class"),
        required=False,
        choices=[("", _("By rule")), *FollowUpClass.choices],
    )
    reason = forms.CharField(label=_("Reason"), max_length=200, required=False)


class MomentField(forms.CharField):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=forms.TextInput(attrs=MOMENT), **kwargs)

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        try:
            return clean_moment(text, "moment")
        except BadInput as error:
            raise forms.ValidationError(str(error)) from error


class ArrangementForm(forms.Form):
    vehicle = forms.CharField(label=_("Vehicle"), max_length=40)
    driver_name = forms.CharField(label=_("Driver"), max_length=60)
    driver_phone = forms.CharField(label=_("Driver's phone"), max_length=30)
    expected_pickup = MomentField(label=_("Expected pickup"))
    expected_delivery = MomentField(label=_("Expected delivery"))


class CustomerInformedForm(forms.Form):
    whom = forms.CharField(label=_("Who was told"), max_length=60)


class OutcomeForm(forms.Form):
    outcome = forms.CharField(label=_("What came of it"), max_length=300)


class PostponeForm(forms.Form):
    due_at = NaturalMomentField(label=_("New time"))
    reason = forms.CharField(label=_("Reason"), max_length=200)


class OrderImportForm(ImportForm, CustomerForm):
    """Whose orders they are."""

    customer = forms.ModelChoiceField(Customer.objects.none(), label=_("Customer"))
    field_order = ("customer", "file")

    def parameters(self) -> dict[str, Any]:
        return {"customer": self.cleaned_data["customer"].pk}


class CountForm(CustomerForm):
    day = forms.DateField(label=_("Day"), widget=forms.HiddenInput)
    declared = forms.IntegerField(
        label=_("Orders sent, says the customer"), min_value=0, max_value=1_000_000
    )


class ExplainForm(forms.Form):
    explanation = forms.CharField(label=_("What was found out"), max_length=300)
