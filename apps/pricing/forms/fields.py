"""Fields in the words of people: yuan, kilograms, areas by name; clean values are fen, grams, codes."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from apps.core.errors import BadInput
from apps.customers.models import Customer
from apps.pricing.sheets import cells


class ReadField(forms.CharField):
    """Text that ``how`` reads; empty is ``empty``."""

    def __init__(self, how: Callable[[str], Any], *, empty: Any = None, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 60)
        super().__init__(**kwargs)
        self.how, self.empty = how, empty
        self.widget.attrs["autocomplete"] = "off"

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if not text:
            return self.empty
        try:
            return self.how(text)
        except BadInput as refusal:
            raise forms.ValidationError(str(refusal.message), code=refusal.code) from None


def yuan_field(label: Any, *, required: bool = False, empty: Any = 0, **more: Any) -> ReadField:
    return ReadField(cells.fen_of, empty=empty, label=label, required=required, **more)


def thousandths(label: Any, *, empty: Any = None, **more: Any) -> ReadField:
    """kg or km."""
    return ReadField(
        lambda text: cells.whole(text, 1000), empty=empty, label=label, required=False, **more
    )


def count_field(label: Any, *, empty: Any = 0, **more: Any) -> ReadField:
    return ReadField(
        lambda text: cells.whole(text, 1), empty=empty, label=label, required=False, **more
    )


def shown(value: int | None, parts: int) -> str:
    """An integer back in the form's words."""
    if value is None:
        return ""
    number = Decimal(value) / parts
    return f"{number.quantize(Decimal('0.01')) if parts == 100 else number.normalize():f}"


class CustomerCodeField(forms.CharField):
    """A customer by its code, among those that ``user`` may see; the clean value is the customer."""

    user: Any = None

    def clean(self, value: Any) -> Any:
        code = super().clean(value).strip().upper()
        if not code:
            return None
        found = Customer.objects.visible_to(self.user).filter(code=code).first()
        if found is None:
            raise forms.ValidationError(_("There is no customer with this code."), code="unknown")
        return found


class ByPerson:
    """A form of which some fields depend on who fills it in."""

    fields: dict[str, forms.Field]

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            if isinstance(field, CustomerCodeField):
                field.user = user
