"""What happened and the new time, in one sentence: on the public page, the shipment's and the case's."""

from datetime import datetime

from django.utils.translation import gettext as _

from apps.incidents.enums import RUNNING
from apps.incidents.models import Affected, Incident
from apps.tracking.days import by_when


def public_sentence(number: str, promised_at: datetime | None, at: datetime) -> str:
    """Of a shipment that is held under ``number``, for whoever has its waybill number. One query; empty once the
    incident does not run any more."""
    incident = Incident.objects.filter(number=number, state__in=RUNNING).first()
    return sentence(incident, promised_at, at) if incident else ""


def sentence(incident: Incident, promised_at: datetime | None, at: datetime) -> str:
    what = incident.shown_title
    if incident.extra_hours and promised_at is not None and promised_at > at:
        when = by_when(promised_at, at)
        return _("%(what)s. The new time of delivery is %(when)s.") % {"what": what, "when": when}
    return _("%(what)s. We tell you the new time of delivery as soon as it is over.") % {
        "what": what
    }


def incidents_of(waybill_id: int) -> list[Affected]:
    """Those that concern a shipment or did, newest first; of staff's pages."""
    rows = Affected.objects.filter(waybill=waybill_id).select_related("incident", "waybill")
    return list(rows.order_by("-pk")[:5])
