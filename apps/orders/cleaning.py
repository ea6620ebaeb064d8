"""From what was typed, sent or pasted to an ``OrderInput``, with every mistake named by field.

Used by the entry form, the API and the spreadsheet alike, so that an order means the same
however it came in. Nothing here touches the database.
"""

import unicodedata
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db.models import Choices
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.translation import gettext as _

from apps.core.choices import choice_of, fold
from apps.core.errors import BadInput
from apps.core.money import money
from apps.core.numbers_typed import number_typed, out_of_range, scaled, whole
from apps.core.phones import normalise_phone
from apps.customers.enums import JobType, SettlementMethod
from apps.orders.enums import ServiceLevel, TransportMode, VehicleType
from apps.orders.inputs import OrderInput

MOST_PIECES = 10_000
MOST_WAYBILLS = 200
MOST_GRAMS = 100_000_000
MOST_CM3 = 1_000_000_000
MOST_METRES = 10_000_000
MOST_MONEY = Decimal("99999999.99")
FARTHEST_MOMENT = timedelta(days=365)

LENGTHS = {
    "pickup_company": 120,
    "pickup_contact": 60,
    "origin_city": 40,
    "pickup_address": 300,
    "delivery_company": 120,
    "delivery_contact": 60,
    "destination_city": 40,
    "delivery_address": 300,
    "goods_name": 120,
    "packaging_wishes": 200,
    "sign_off_instructions": 300,
    "important_notes": 1000,
    "customer_reference": 64,
}
CHOICES: dict[str, type[Choices]] = {
    "job_type": JobType,
    "service_level": ServiceLevel,
    "transport_mode": TransportMode,
    "vehicle_type": VehicleType,
    "settlement_method": SettlementMethod,
}
YES = frozenset({"1", "true", "yes", "y", "是", "要", "需要", "有", "√", "on"})
NO = frozenset({"", "0", "false", "no", "n", "否", "不", "不需要", "不要", "无", "×", "off"})

Errors = dict[str, BadInput]


def clean_order(
    raw: Mapping[str, Any], *, agreed: datetime | None = None
) -> tuple[OrderInput, Errors]:
    """``raw`` may hold text or typed values, and ``weight_kg``, ``volume_m3``, ``distance_km`` instead of
    grams, cm³ and metres. Values with a mistake come out empty; the caller decides whether that matters.

    ``agreed`` is the requested delivery that the order has already: it stays, whatever the time.
    """
    values: dict[str, Any] = {}
    errors: Errors = {}
    for name, clean in _CLEANERS.items():
        if name not in raw or raw[name] is None or raw[name] == "":
            continue
        try:
            value = clean(raw[name], name)
            if name == "requested_delivery" and not _is_same_minute(value, agreed):
                check_delivery(value, name)
            values[_TARGETS.get(name, name)] = value
        except BadInput as error:
            error.field = name
            errors[name] = error
    _check_together(values, errors)
    return OrderInput(**values), errors


def _check_together(values: dict[str, Any], errors: Errors) -> None:
    cod = values.get("settlement_method") == SettlementMethod.COD
    if cod and not values.get("cod_amount") and "cod_amount" not in errors:
        errors["cod_amount"] = BadInput(
            _("With COD, give the amount to collect."), code="required", field="cod_amount"
        )
    if not cod and values.get("cod_amount") == 0:
        values["cod_amount"] = None  # a nought in a form or a sheet means that nothing is collected
    if not cod and values.get("cod_amount"):
        errors["cod_amount"] = BadInput(
            _("An amount to collect goes with the settlement method COD only."),
            code="not_cod",
            field="cod_amount",
        )
    if cod and errors.get("cod_amount") is None and values["cod_amount"] <= 0:
        errors["cod_amount"] = out_of_range("cod_amount", _("The amount must be more than zero."))
    _check_insured(values, errors)
    if values.get("waybill_per_piece") and (values.get("pieces") or 1) > MOST_WAYBILLS:
        errors["pieces"] = out_of_range(
            "pieces",
            _("One waybill per piece works up to %(most)s pieces; split the order.")
            % {"most": MOST_WAYBILLS},
        )
    if values.get("waybill_per_piece") and values.get("job_type") == JobType.DEDICATED:
        errors["waybill_per_piece"] = BadInput(
            _("A dedicated vehicle is one shipment: it has one waybill, whatever it carries."),
            code="dedicated",
            field="waybill_per_piece",
        )
    if "cod_amount" in errors:
        values.pop("cod_amount", None)
        values.pop("settlement_method", None)


def _check_insured(values: dict[str, Any], errors: Errors) -> None:
    """Whoever insures and declares nothing has declared that much; a nought insures nothing."""
    insured = values.pop("insured_amount", None)
    if not insured or "declared_value" in errors:
        return
    if insured > values.setdefault("declared_value", insured):
        errors["insured_amount"] = BadInput(
            _("The insured amount cannot be above the declared value."),
            code="above_declared",
            field="insured_amount",
        )
        return
    values["insured_amount"] = insured


def clean_text(value: Any, name: str) -> str:
    """One line of plain text, or several for notes; never what the database cannot keep."""
    text = _plain(value, name).strip()
    if name != "important_notes":
        text = " ".join(text.split())
    most = LENGTHS.get(name, 300)
    if len(text) > most:
        raise BadInput(
            _("At most %(most)s characters; this has %(given)s.")
            % {"most": most, "given": len(text)},
            code="too_long",
            field=name,
        )
    return text


def _plain(value: Any, name: str) -> str:
    if not isinstance(value, str):
        raise BadInput(_("This must be text."), code="not_text", field=name)
    for char in value:
        kind = unicodedata.category(char)
        if kind == "Cs" or (kind == "Cc" and char not in "\t\n\r"):
            raise BadInput(
                _("This holds a character that cannot be kept; type it anew."),
                code="bad_text",
                field=name,
            )
    return value


def _phone(value: Any, name: str) -> str:
    return normalise_phone(_plain(value, name))


def _choice(value: Any, name: str) -> str:
    wanted = CHOICES[name]
    text = _plain(value, name).strip()
    found = choice_of(wanted, text)
    if found is None:
        raise BadInput(
            _("“%(given)s” is not one of: %(known)s.")
            % {
                "given": text[:40],
                "known": "、".join(str(label) for value, label in wanted.choices if value),
            },
            code="unknown_choice",
            field=name,
        )
    return found


def _money(value: Any, name: str) -> Decimal:
    number = number_typed(value, name)
    if number < 0 or number > MOST_MONEY:
        raise out_of_range(
            name, _("The amount must lie between 0 and %(most)s.") % {"most": MOST_MONEY}
        )
    if number != money(number):
        raise BadInput(_("An amount has two decimal places."), code="too_fine", field=name)
    return money(number)


def _yes(value: Any, name: str) -> bool:
    if isinstance(value, bool):
        return value
    word = fold(_plain(value, name))
    if word in YES or word in NO:
        return word in YES
    raise BadInput(_("Write yes or no."), code="not_yes_or_no", field=name)


def clean_moment(value: Any, name: str) -> datetime:
    """Aware as given; local time without a zone; 18:00 for a bare date."""
    moment: datetime | None
    if isinstance(value, datetime):
        moment = value
    else:
        moment = _parse_moment(_plain(value, name).strip()[:40])
    if moment is None:
        raise BadInput(_("Write the time like 2026-03-21 18:00."), code="not_a_time", field=name)
    if timezone.is_naive(moment):
        moment = timezone.make_aware(moment)
    if abs(moment - timezone.now()) > FARTHEST_MOMENT:
        raise BadInput(_("This time is more than a year away."), code="out_of_range", field=name)
    return moment


def check_delivery(moment: datetime, name: str) -> None:
    """A time to deliver lies ahead, and no farther than our slowest service takes (ORD-1)."""
    present = timezone.now()
    if moment <= present:
        raise BadInput(
            _("This time has passed; give one that lies ahead."), code="in_the_past", field=name
        )
    most = settings.ORDER_FARTHEST_DELIVERY_DAYS
    if moment > present + timedelta(days=most):
        raise BadInput(
            _("This is more than %(n)d days away; none of our services takes so long.")
            % {"n": most},
            code="out_of_range",
            field=name,
        )


def _is_same_minute(moment: datetime, other: datetime | None) -> bool:
    """Forms show minutes only."""
    if other is None:
        return False
    return moment.replace(second=0, microsecond=0) == other.replace(second=0, microsecond=0)


def _parse_moment(text: str) -> datetime | None:
    text = text.replace("/", "-").replace("：", ":")
    try:
        moment = parse_datetime(text)
        if moment is None and (day := parse_date(text)) is not None:
            moment = datetime(day.year, day.month, day.day, 18, 0)  # noqa: DTZ001  # made aware by the caller, in local time
        return moment
    except (ValueError, OverflowError):
        return None


_CLEANERS: dict[str, Callable[[Any, str], Any]] = {
    **dict.fromkeys(LENGTHS, clean_text),
    **dict.fromkeys(CHOICES, _choice),
    "pickup_phone": _phone,
    "delivery_phone": _phone,
    "pieces": whole(MOST_PIECES),
    "weight_g": whole(MOST_GRAMS),
    "weight_kg": scaled(1000, MOST_GRAMS),
    "volume_cm3": whole(MOST_CM3),
    "volume_m3": scaled(1_000_000, MOST_CM3),
    "distance_m": whole(MOST_METRES),
    "distance_km": scaled(1000, MOST_METRES),
    "declared_value": _money,
    "insured_amount": _money,
    "estimated_fee": _money,
    "cod_amount": _money,
    "waybill_per_piece": _yes,
    "return_document_required": _yes,
    "requested_delivery": clean_moment,
}
_TARGETS = {"weight_kg": "weight_g", "volume_m3": "volume_cm3", "distance_km": "distance_m"}
