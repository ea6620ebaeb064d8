"""What stands on the papers of one order (ORD-4)."""

from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from apps.orders.barcodes import code128_svg, qr_svg
from apps.orders.models import PrintRecord, WorkOrder
from apps.orders.pages import label_parties, spoken
from apps.orders.queries import cod_account


def sheet_of(request: HttpRequest, order: WorkOrder, made: PrintRecord) -> dict[str, Any]:
    """For the templates of the work order and of its labels, one for each waybill."""
    waybills = [
        {
            "link": link,
            "waybill": link.waybill,
            "weight": f"{link.waybill.weight_g / 1000:g} kg" if link.waybill.weight_g else "",
            "barcode": code128_svg(link.waybill.number),
            "qr": qr_svg(request.build_absolute_uri(f"/track/{link.waybill.number}")),
        }
        for link in order.issued.select_related("waybill")
    ]
    return {
        "order": order,
        "made": made,
        "waybills": waybills,
        "spoken": spoken(order, cod_account=cod_account(order, timezone.now())),
        "parties": label_parties(order),
    }
