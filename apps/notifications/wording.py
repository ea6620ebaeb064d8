"""The values behind the variables of a message, in its language. Pure but for translation."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils import timezone, translation
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.core import times
from apps.core.masking import mask_text
from apps.customers.enums import PaperChannel
from apps.sla.enums import Metric
from apps.tracking.enums import LateCause, LateKind, Reason, Status

_CLOCKS = {
    "staff.clock_warned": gettext_lazy("%(metric)s is due at %(due)s"),
    "staff.clock_overdue": gettext_lazy("%(metric)s was due at %(due)s"),
    "staff.clock_escalated": gettext_lazy("%(metric)s was due at %(due)s and is passed up"),
}
_TIMES = ("when", "expected", "promised", "due")
_PLAIN = (
    "number",
    "goods",
    "from_city",
    "to_city",
    "place",
    "customer",
    "order",
    "count",
    "detail",
)
# Numbers of ours and figures: nothing in them is personal, and masked they would say nothing.
_OURS = ("statement", "period", "charge", "amount", "due_on")


def values_of(data: Mapping[str, Any], language: str, link: str = "") -> dict[str, str]:
    """``data`` as kept in Delivery.data: codes and ISO times; nothing personal."""
    with translation.override(language):
        values = {name: mask_text(str(data.get(name) or "")) for name in _PLAIN if name != "number"}
        values |= {name: str(data.get(name) or "") for name in _OURS}
        values["way"] = _label(PaperChannel, data.get("way"))
        values["number"] = str(data.get("number") or "")
        values["case"] = str(data.get("case") or "")
        values["subject"] = mask_text(str(data.get("subject") or ""))
        for name in _TIMES:
            values[name] = _moment(data.get(name))
        values["expected"] = values["expected"] or _("as soon as we can")
        values["place"] = values["place"] or _("the pick-up point")
        values["next"] = _next(values["due"])
        values["status"] = _label(Status, data.get("to"))
        values["reason"] = _why(data)
        numbers = data.get("numbers") or []
        values["numbers"] = _listed(numbers)
        values["minutes"] = str(data.get("minutes") or "")
        values["metric"] = _label(Metric, data.get("metric"))
        values["step"] = str(data.get("step_en" if language == "en" else "step") or "")
        values["company"] = _company(language)
        values["hotline"] = str(getattr(settings, "COMPANY_PHONE", ""))
        values["link"] = link
    return values


def stop_text(link: str) -> str:
    """How to end these messages: by the link, or by a call for whoever has none. Never empty,
    because providers refuse a parameter without a value."""
    return link or str(getattr(settings, "COMPANY_PHONE", ""))


def line_of(data: Mapping[str, Any], topic: str, language: str) -> str:
    """One line of a digest: number, what happened, when."""
    values = values_of(data, language)
    with translation.override(language):
        told = values["status"]
        if topic == "waybill.late":
            told = _("late, expected %(when)s") % {"when": values["expected"]}
        if topic in _CLOCKS:
            told = _CLOCKS[topic] % {"metric": values["metric"], "due": values["due"]}
            return f"{values['number']} {told}"
        reason = f"（{values['reason']}）" if language != "en" else f" ({values['reason']})"
        parts = [
            values["case"] or values["number"] or values["order"],
            told + (reason if values["reason"] else ""),
        ]
        return " ".join(part for part in (*parts, values["when"]) if part)


def _next(due: str) -> str:
    if due:
        return _("We answer by %(when)s.") % {"when": due}
    return _("We answer as soon as we can.")


def _moment(value: Any) -> str:
    moment = parse_datetime(value) if isinstance(value, str) else value
    if not isinstance(moment, datetime):
        return ""
    return times.local(moment if timezone.is_aware(moment) else timezone.make_aware(moment))


def _label(choices: Any, value: Any) -> str:
    return str(choices(value).label) if value in choices.values else ""


def _why(data: Mapping[str, Any]) -> str:
    return (
        _label(Reason, data.get("reason"))
        or _label(LateCause, data.get("cause"))
        or _label(LateKind, data.get("why"))
        or mask_text(str(data.get("said") or ""))
    )


def _listed(numbers: list[str], most: int = 10) -> str:
    comma = _(", ")
    shown = comma.join(numbers[:most])
    more = len(numbers) - most
    return shown if more <= 0 else _("%(shown)s and %(n)d more") % {"shown": shown, "n": more}


def _company(language: str) -> str:
    name = "COMPANY_NAME_EN" if language == "en" else "COMPANY_NAME"
    return str(getattr(settings, name, ""))
