"""The after-action sheet of an incident: what happened, who did what when, whom it concerned, what is changed. Chinese,
A4, the same bytes for the same facts."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import override

from apps.core.times import local
from apps.core.typesetting import typeset
from apps.incidents.enums import Level, NoticeKind, Seat
from apps.incidents.models import Incident
from apps.incidents.queries.customers import sums_of
from apps.incidents.queries.places import place_of

TEMPLATE = Path(__file__).parent.parent / "papers" / "sheet.typ"


def sheet_pdf(incident: Incident) -> bytes:
    """``incident`` is over; its making is dated by the newest of its own times."""
    at: datetime = incident.closed_at or incident.over_at or incident.declared_at
    with override("zh-hans"):
        return typeset(TEMPLATE, sheet_of(incident), at=at)


def sheet_of(incident: Incident) -> dict[str, Any]:
    """What stands on the paper, as text."""
    return {
        "company": settings.COMPANY_NAME,
        "title": incident.number,
        "heading": _("After-action sheet: %(title)s") % {"title": incident.title},
        "facts": _facts(incident),
        "parts": [part for part in _parts(incident) if part["rows"]],
    }


def _when(moment: datetime | None) -> str:
    return str(local(moment)) if moment else "—"


def _facts(incident: Incident) -> list[tuple[str, str]]:
    sums = sums_of([incident.pk])[incident.pk]
    took: timedelta | None = incident.over_at - incident.declared_at if incident.over_at else None
    return [
        (_("Number"), incident.number),
        (_("level"), str(Level(incident.level).label)),
        (_("place"), place_of(incident)),
        (_("unit"), incident.unit.name),
        (_("happened"), _when(incident.happened_at)),
        (_("known"), _when(incident.known_at)),
        (_("incident declared at"), _when(incident.declared_at)),
        (_("stable"), _when(incident.stable_at)),
        (_("over at"), _when(incident.over_at)),
        (_("lasted"), str(took).split(".")[0] if took else "—"),
        (_("Shipments"), str(sums.shipments)),
        (_("Customers"), f"{sums.notified}/{sums.customers}"),
        (_("consignees told"), str(sums.consignees)),
        (_("exception report"), incident.exception.number),
    ]


def _parts(incident: Incident) -> list[dict[str, Any]]:
    seats = incident.seats.exclude(user=None).select_related("user")
    actions = incident.exception.actions.select_related("owner").filter(dropped_at=None)
    return [
        {
            "label": _("Command"),
            "headings": [_("seat"), _("person"), _("since"), _("until")],
            "rows": [
                [str(Seat(one.seat).label), str(one.user), _when(one.since), _when(one.until)]
                for one in seats
            ],
        },
        {
            "label": _("Steps"),
            "headings": [_("step"), _("due"), _("done"), _("proof")],
            "rows": [
                [one.what, _when(one.due_at), _when(one.done_at), one.proof or "—"]
                for one in incident.tasks.all()
            ],
        },
        {
            "label": _("What was told"),
            "headings": [_("kind"), _("sent at"), _("text, in Chinese")],
            "rows": [
                [str(NoticeKind(one.kind).label), _when(one.at), one.text_zh]
                for one in incident.notices.all()
            ],
        },
        {
            "label": _("Corrective actions"),
            "headings": [_("what is to be done"), _("owner"), _("due"), _("done")],
            "rows": [
                [one.what, str(one.owner), _when(one.due_at), _when(one.done_at)] for one in actions
            ],
        },
    ]
