"""What the rows of a KPI's list are, in words and with the address of their page: one query for each kind on a page."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.urls import NoReverseMatch

from apps.core.addresses import address_of
from apps.reports.queries.figures import ListRow
from apps.tracking.enums import LateCause
from apps.tracking.models import LateShipment

# Of a model's row: its number, what it is, and the page it is on ("complaints.case", 17).
Words = tuple[str, str, tuple[str, int | str] | None]


@dataclass(frozen=True, slots=True)
class Shown:
    row: ListRow
    label: str
    what: str
    why: str
    address: str


def dress(rows: Sequence[ListRow]) -> list[Shown]:
    """In the order of ``rows``; one that has gone is shown by its number."""
    by_model: dict[str, set[int]] = defaultdict(set)
    for row in rows:
        by_model[row.kind.partition(":")[0]].add(row.id)
    words: dict[tuple[str, int], Words] = {}
    for model, ids in by_model.items():
        for pk, text in _words(model, ids):
            words[model, pk] = text
    causes = _causes(by_model.get("tracking.waybill", ()))
    return [_shown(row, words, causes) for row in rows]


def _shown(row: ListRow, words: dict[tuple[str, int], Words], causes: dict[int, str]) -> Shown:
    model = row.kind.partition(":")[0]
    label, what, page = words.get((model, row.id), (str(row.id), "", None))
    why = causes.get(row.id, "") if model == "tracking.waybill" else ""
    return Shown(row, label, what, why, "" if page is None else _address(*page))


def _address(model: str, key: int | str) -> str:
    try:
        return address_of(f"admin:{model.replace('.', '_')}_change", key)
    except NoReverseMatch:
        return ""


def _causes(waybills: Iterable[int]) -> dict[int, str]:
    """Why a shipment was late, as its report says."""
    ids = list(waybills)
    if not ids:
        return {}
    rows = LateShipment.objects.filter(waybill__in=ids).exclude(cause="").order_by("pk")
    return {
        waybill: str(LateCause(cause).label)
        for waybill, cause in rows.values_list("waybill_id", "cause")
    }


def _words(model: str, ids: Iterable[int]) -> Iterable[tuple[int, Words]]:
    if model not in _DESCRIBERS:
        return
    joined, describe = _DESCRIBERS[model]
    rows = apps.get_model(model)._default_manager.filter(pk__in=list(ids)).select_related(*joined)
    for row in rows:
        yield row.pk, describe(row)


def _waybill(row: Any) -> Words:
    lane = f"{row.origin_city} → {row.destination_city}"
    return row.number, f"{lane} · {row.get_status_display()}", ("tracking.waybill", row.pk)


def _case(row: Any) -> Words:
    return row.number, f"{row.get_case_class_display()} · {row.title}", ("complaints.case", row.pk)


def _ask(row: Any) -> Words:
    score = "—" if row.score is None else f"{row.score}/5"
    return row.case.number, f"{score} · {row.case.title}", ("complaints.case", row.case_id)


def _event(row: Any) -> Words:
    return f"{row.subject_id}", row.kind, (row.subject_type, row.subject_id)


def _clock(row: Any) -> Words:
    page = (row.matter.subject_type, row.matter.subject_id)
    return row.matter.title, str(row), page


def _numbered(row: Any) -> Words:
    return row.number, row.title, (row._meta.label_lower, row.pk)


def _action(row: Any) -> Words:
    if row.exception is None:
        return str(row.analysis), row.what, ("quality.quarterlyanalysis", row.analysis_id)
    return row.exception.number, row.what, ("quality.exceptionreport", row.exception_id)


def _task(row: Any) -> Words:
    return row.work_order.number, row.template.title, ("orders.workorder", row.work_order_id)


def _call(row: Any) -> Words:
    return row.masked, str(row.get_outcome_display()), ("hotline.call", row.pk)


def _call_back(row: Any) -> Words:
    return row.masked, str(row.get_state_display()), ("hotline.callback", row.pk)


def _plain(row: Any) -> Words:
    return str(row), str(row._meta.verbose_name), (row._meta.label_lower, row.pk)


def _affected(row: Any) -> Words:
    customer, incident = row.customer.display_name, row.incident
    return customer, f"{incident.number} {incident.title}", ("incidents.incident", incident.pk)


def _claim(row: Any) -> Words:
    return (
        row.number,
        f"{row.get_kind_display()} · {row.get_state_display()}",
        ("claims.claim", row.pk),
    )


def _opinion(row: Any) -> Words:
    return str(row.version), "", ("knowledge.article", row.version.article_id)


def _search(row: Any) -> Words:
    """What was looked for in vain leads to its words; of what was found nothing is kept."""
    whose = f"{row.get_audience_display()} · {row.get_language_display()}"
    if row.missed is None:
        return whose, "", None
    return row.missed.text, whose, ("knowledge.missedsearch", row.missed_id)


_DESCRIBERS: dict[str, tuple[tuple[str, ...], Callable[[Any], Words]]] = {
    "tracking.waybill": ((), _waybill),
    "complaints.case": ((), _case),
    "complaints.satisfactionask": (("case",), _ask),
    "events.event": ((), _event),
    "sla.clock": (("matter",), _clock),
    "quality.exceptionreport": ((), _numbered),
    "quality.correctiveaction": (("exception", "analysis"), _action),
    "orders.followuptask": (("work_order", "template"), _task),
    "hotline.call": ((), _call),
    "hotline.callback": ((), _call_back),
    "claims.claim": ((), _claim),
    "incidents.affected": (("customer", "incident"), _affected),
    "shifts.handover": (("giver", "receiver"), _plain),
    "shifts.need": (("unit",), _plain),
    "accounts.dutyshift": (("user", "unit"), _plain),
    "knowledge.opinion": (("version__article",), _opinion),
    "knowledge.search": (("missed",), _search),
}
