"""What is signed of a summary, and how it reads: for the approvers, for the differences between two rounds."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from apps.complaints.enums import CaseClass, Outcome
from apps.reports.enums import Shows
from apps.reports.kpis import KPIS
from apps.reports.models import TEXTS, Summary
from apps.tracking.enums import LateCause

Words = list[tuple[str, str]]
# Measured in seconds.
TIMES = frozenset({"solution_time", "claim_time", "claim_pay_time"})


def signed_content(row: Summary) -> dict[str, Any]:
    """Figures and lists as they were frozen, with the texts: plain values only."""
    return {"facts": row.content, **{name: getattr(row, name) for name in TEXTS}}


def words_of(content: Mapping[str, Any]) -> Words:
    facts = content["facts"]
    return [
        (_("Customer"), f"{facts['customer']['code']} {facts['customer']['name']}"),
        (_("Month"), month_words(facts["month"])),
        *((kpi_name(one["kpi"]), figure_words(one)) for one in facts["figures"]),
        (_("Late by cause"), "\n".join(late_words(one) for one in facts["late"])),
        (_("Complaints of the month"), "\n".join(case_words(one) for one in facts["cases"])),
        (_("Incidents"), "\n".join(incident_words(one) for one in facts["incidents"])),
        (_("What we improve"), "\n".join(action_words(one) for one in facts["actions"])),
        *((text_label(name), content[name]) for name in TEXTS),
    ]


def text_label(name: str) -> str:
    """What one of the texts is called."""
    field: Any = Summary._meta.get_field(name)
    return capfirst(str(field.verbose_name))


def month_words(text: str) -> str:
    return date_format(date.fromisoformat(f"{text}-01"), "YEAR_MONTH_FORMAT")


def kpi_name(code: str) -> str:
    """A KPI that is no longer counted keeps its code in what was signed."""
    return str(KPIS[code].name) if code in KPIS else code


def kpi_unit(code: str) -> str:
    return str(KPIS[code].unit) if code in KPIS else ""


def value_words(code: str, value: str | None) -> str:
    """With its unit; a time, which is held in seconds, in hours."""
    if value is None:
        return "—"
    unit = kpi_unit(code)
    if code in TIMES:
        return _("%(n)s h") % {"n": f"{Decimal(value) / 3600:.1f}"}
    if code in KPIS and KPIS[code].shows == Shows.COUNT:
        return f"{Decimal(value):f}".removesuffix(".00")
    return f"{value}{unit}" if unit == "%" else f"{value} {unit}".strip()


def counted_words(code: str, num: int, den: int) -> str:
    """Good of counted where it is a share, else how many were counted."""
    if code in KPIS and KPIS[code].shows != Shows.RATE:
        return str(den)
    return f"{num}/{den}"


def diff_words(code: str, diff: str | None) -> str:
    if diff is None:
        return "—"
    if code in TIMES:
        return _("%(n)s h") % {"n": f"{Decimal(diff) / 3600:+.1f}"}
    if code in KPIS and KPIS[code].shows == Shows.COUNT:
        return diff.removesuffix(".00")
    return diff


def figure_words(one: Mapping[str, Any]) -> str:
    """``98.20% (982/1000) · last month 97.80%, +0.40 · goal 98.00%``."""
    counted = counted_words(one["kpi"], one["num"], one["den"])
    parts = [f"{value_words(one['kpi'], one['value'])} ({counted})"]
    if one["last"] is not None:
        last = _("last month %(value)s") % {"value": value_words(one["kpi"], one["last"])}
        parts.append(f"{last}, {diff_words(one['kpi'], one['diff'])}")
    if one["goal"] is not None:
        parts.append(_("goal %(value)s") % {"value": value_words(one["kpi"], one["goal"])})
    return " · ".join(parts)


def late_words(one: Mapping[str, Any]) -> str:
    return f"{LateCause(one['cause']).label}: {one['n']}"


def case_words(one: Mapping[str, Any]) -> str:
    ended = str(Outcome(one["outcome"]).label) if one["outcome"] else _("still open")
    parts = [one["day"], one["number"], str(CaseClass(one["class"]).label), one["cause"], ended]
    return " · ".join(part for part in parts if part)


def incident_words(one: Mapping[str, Any]) -> str:
    held = _("%(n)d shipments") % {"n": one["n"]}
    return " · ".join((one["number"], one["day"], one["title"], held))


def action_state(one: Mapping[str, Any]) -> str:
    words = {
        "open": _("under way"),
        "late": _("past its day"),
        "done": _("done, effect not checked yet"),
        "worked": _("done, and it worked"),
        "failed": _("done, and it did not work"),
    }
    return words[one["state"]]


def action_words(one: Mapping[str, Any]) -> str:
    parts = [one["what"], one["unit"], one["due"], action_state(one)]
    return " · ".join(part for part in parts if part)
