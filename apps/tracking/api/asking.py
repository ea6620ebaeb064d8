"""Which shipment a request is about, for every door of the API that names one."""

from django.utils.translation import gettext as _
from rest_framework.exceptions import NotFound
from rest_framework.request import Request

from apps.core.errors import BadInput, RuleBroken
from apps.customers.api.asking import caller
from apps.tracking.models import Waybill
from apps.tracking.numbers import parse_waybill_number


def number_in_address(number: str) -> str:
    """It is an address: one that cannot be is not there, and says why."""
    try:
        return parse_waybill_number(number)
    except BadInput as error:
        raise NotFound(str(error), error.code) from error


def waybill_for(request: Request, text: str) -> Waybill:
    """The shipment that a body names; another customer's is as unknown as one that does not exist."""
    refusal = RuleBroken(
        _("There is no such waybill for this key."), code="unknown_waybill", field="waybill"
    )
    try:
        number = parse_waybill_number(text)
    except BadInput:
        raise refusal from None
    seen = Waybill.objects.visible_to(caller(request))
    found: Waybill | None = (
        seen.select_related("customer__unit", "responsible_unit").filter(number=number).first()
    )
    if found is None:
        raise refusal
    return found
