"""An order in words, as it is read aloud, shown and printed. Pure: no database."""

from typing import Any

from django.utils.translation import gettext as _

from apps.core.masking import mask_address, mask_name, mask_phone
from apps.core.money import format_money
from apps.core.phones import shown_phone
from apps.core.times import local
from apps.orders.models import WorkOrder
from apps.orders.rules import label_address


def spoken(
    order: WorkOrder, *, masked: bool = False, cod_account: str = ""
) -> list[dict[str, Any]]:
    """Sections in the order in which they are said on the phone; empty lines left out. ``cod_account``
    is where COD goes now, masked (``queries.cod_account``)."""
    return [
        {"title": title, "lines": [(label, value) for label, value in lines if value]}
        for title, lines in (
            (_("The job"), _job(order)),
            (_("Pick up from"), _party(order, "pickup", order.origin_city, masked)),
            (_("Deliver to"), _party(order, "delivery", order.destination_city, masked)),
            (_("The goods"), _goods(order)),
            (_("Money"), [*_money(order), (_("COD goes into"), cod_account)]),
            (_("Instructions"), _wishes(order)),
        )
    ]


def _job(order: WorkOrder) -> list[tuple[str, Any]]:
    asked = order.requested_delivery
    return [
        (_("job type"), order.get_job_type_display()),
        (_("service level"), order.get_service_level_display()),
        (_("transport"), order.get_transport_mode_display()),
        (_("vehicle type"), order.get_vehicle_type_display()),
        (_("distance"), f"{order.distance_m / 1000:g} km" if order.distance_m else ""),
        (_("requested delivery time"), local(asked) if asked else ""),
    ]


def _party(order: WorkOrder, side: str, city: str, masked: bool) -> list[tuple[str, Any]]:
    contact, phone, address = (
        getattr(order, f"{side}_{n}") for n in ("contact", "phone", "address")
    )
    if masked:
        contact, phone, address = mask_name(contact), mask_phone(phone), mask_address(address)
    else:
        phone = shown_phone(phone)
    return [
        (_("company"), getattr(order, f"{side}_company")),
        (_("contact"), contact),
        (_("phone"), phone),
        (_("city"), city),
        (_("address"), address),
    ]


def _goods(order: WorkOrder) -> list[tuple[str, Any]]:
    weight, volume = order.weight_g, order.volume_cm3
    return [
        (_("goods"), order.goods_name),
        (_("pieces"), order.pieces),
        (_("weight"), f"{weight / 1000:g} kg" if weight else ""),
        (_("volume"), f"{volume / 1_000_000:g} m³" if volume else ""),
        (_("waybills"), _("one per piece") if order.waybill_per_piece else ""),
        (_("packaging wishes"), order.packaging_wishes),
    ]


def _money(order: WorkOrder) -> list[tuple[str, Any]]:
    return [
        (_("settlement method"), order.get_settlement_method_display()),
        (_("COD amount"), _yuan(order.cod_amount)),
        (_("declared value"), _yuan(order.declared_value)),
        (_("insured amount"), _insured(order)),
        (_("estimated fee"), _yuan(order.estimated_fee)),
    ]


def _insured(order: WorkOrder) -> str:
    """With what it means, for it is read out before the order is confirmed."""
    if order.insured_amount is None:
        return _("not insured: a loss is settled as the contract says")
    return _("%(amount)s: a loss is settled at its real extent, up to this amount") % {
        "amount": format_money(order.insured_amount)
    }


def _yuan(amount: Any) -> str:
    return "" if amount is None else format_money(amount)


def _wishes(order: WorkOrder) -> list[tuple[str, Any]]:
    return [
        (_("sign-off instructions"), order.sign_off_instructions),
        (
            _("signed return document"),
            _("to be brought back") if order.return_document_required else "",
        ),
        (_("important notes"), order.important_notes),
        (_("customer's reference"), order.customer_reference),
    ]


def label_parties(order: WorkOrder) -> dict[str, dict[str, str]]:
    """Both parties as a label may show them (GB/T 41833-2022)."""
    return {
        side: {
            "company": getattr(order, f"{side}_company"),
            "name": mask_name(getattr(order, f"{side}_contact")),
            "phone": mask_phone(getattr(order, f"{side}_phone")),
            "city": city,
            "address": label_address(getattr(order, f"{side}_address")),
        }
        for side, city in (("pickup", order.origin_city), ("delivery", order.destination_city))
    }
