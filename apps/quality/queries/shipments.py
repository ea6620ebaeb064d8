"""What an exception needs to know of its shipment."""

from collections.abc import Collection

from django.utils.translation import gettext as _

from apps.accounts.enums import UnitKind
from apps.accounts.models import Unit
from apps.complaints.enums import TROUBLE
from apps.complaints.models import Case
from apps.core.cached_tables import CachedTables
from apps.quality.models import ExceptionReport
from apps.tracking.models import PartnerCarrier, ReturnDocument, Waybill
from apps.tracking.rules.closing import Ending


def receipt_owed(report: ExceptionReport) -> bool:
    """Whether the signed receipt of its shipment is still to be filed."""
    if report.waybill is None:
        return False
    document = ReturnDocument.objects.filter(waybill=report.waybill).first()
    return Ending(report.waybill, document).receipt_open


def _read_centres() -> list[Unit]:
    return list(Unit.objects.active().filter(kind=UnitKind.FREIGHT_CENTRE).order_by("pk"))


freight_centres = CachedTables(_read_centres, Unit)


def trouble_with_shipments(case_ids: Collection[int]) -> dict[int, int]:
    """Of these cases the complaints, losses and damages about a shipment of ours, with its id."""
    rows = Case.objects.filter(pk__in=case_ids, waybill__isnull=False).order_by()
    trouble = rows.filter(case_class__in=TROUBLE)
    return dict(trouble.values_list("pk", "waybill_id"))


def freight_centre(path: str) -> Unit | None:
    """The freight centre that answers for the unit at ``path``: itself or one above it, else the
    one with which it shares most of its path."""
    return max(freight_centres(), key=lambda centre: _shared(centre.path, path), default=None)


def _shared(one: str, other: str) -> int:
    same = 0
    for mine, theirs in zip(one.split("/"), other.split("/"), strict=False):
        if mine != theirs:
            break
        same += 1
    return same


def question_about(waybill: Waybill) -> str:
    return _("Where is %(number)s, and when will it arrive?") % {"number": waybill.number}


def whom_to_chase(waybill: Waybill, unit: Unit) -> list[Unit | PartnerCarrier]:
    """The freight centre and the partner that has the shipment (TRK-7)."""
    centre = freight_centre((waybill.responsible_unit or unit).path)
    return [one for one in (centre, waybill.carrier) if one is not None]
