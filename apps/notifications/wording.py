"""Words of messages: the values behind a topic's variables in a language, and ``{name}`` filled with them.
Pure but for translation.

Templates are written by people in the back office, so no attribute, index, conversion or format
of Python's own formatting is let through.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from string import Formatter
from typing import Any

from django.conf import settings
from django.utils import timezone, translation
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.core import times
from apps.core.errors import BadInput
from apps.core.masking import mask_address, mask_name, mask_phone, mask_text
from apps.core.notice_types import Topic
from apps.customers.enums import PaperChannel
from apps.sla.enums import Metric
from apps.tracking.enums import LateCause, LateKind, Reason, Status

_NAME = re.compile(r"[a-z][a-z0-9_]*")
MASKS = {"name": mask_name, "phone": mask_phone, "address": mask_address}


def variables_in(text: str) -> set[str]:
    """Raises BadInput for a brace that stands alone or anything beyond a plain name."""
    names = set()
    try:
        parts = list(Formatter().parse(text))
    except ValueError:
        raise BadInput(
            _("A brace { or } stands alone. Write a variable as {number}, a brace as {{."),
            code="bad_brace",
            field="body",
        ) from None
    for _literal, name, spec, conversion in parts:
        if name is None:
            continue
        if spec or conversion or not _NAME.fullmatch(name):
            raise BadInput(
                _("“%(name)s” is not a variable. Write it as {number}.") % {"name": name[:40]},
                code="bad_variable",
                field="body",
            )
        names.add(name)
    return names


def check_words(
    topic: Topic, texts: Iterable[tuple[str, str]], *, besides: Iterable[str] = ()
) -> None:
    """``texts`` are (field, text); raises BadInput for a variable that the topic does not have.
    ``besides`` are variables that are there for every topic."""
    known = {v.name for v in topic.variables} | set(besides)
    for field, text in texts:
        unknown = sorted(variables_in(text) - known)
        if unknown:
            raise BadInput(
                _("“%(topic)s” has no variable %(unknown)s. It has: %(known)s.")
                % {
                    "topic": topic.label,
                    "unknown": ", ".join(f"{{{n}}}" for n in unknown),
                    "known": ", ".join(f"{{{n}}}" for n in sorted(known)),
                },
                code="unknown_variable",
                field=field,
            )


def fill(text: str, values: Mapping[str, Any]) -> str:
    """A variable without a value becomes empty; braces in values stay as they are."""
    filled = []
    for literal, name, _spec, _conversion in Formatter().parse(text):
        filled.append(literal)
        if name is not None:
            filled.append(str(values.get(name, "")))
    return "".join(filled)


def masked(kind: str, value: str, shown: frozenset[str]) -> str:
    """A personal value as a channel may show it; a kind it may not show at all is hidden."""
    if kind in shown:
        return value
    mask = MASKS.get(kind)
    return mask(value) if mask else "***"


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
_OURS = (
    "statement",
    "period",
    "charge",
    "amount",
    "due_on",
    "account",
    "bank",
    "until",
    "payout",
)


def values_of(data: Mapping[str, Any], language: str, link: str = "") -> dict[str, str]:
    """``data`` as stored in Delivery.data: codes and ISO times; nothing personal."""
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


def texts_of(data: Mapping[str, Any], names: Iterable[str]) -> dict[str, str]:
    """What a topic's own variables say, as its app put it there: text as it is, but for what is personal in it."""
    return {name: mask_text(str(data[name])) for name in names if data.get(name) is not None}


def stop_text(link: str) -> str:
    """How to end these messages: by the link, or by a call for whoever has none. Never empty,
    because providers refuse a parameter without a value."""
    return link or str(getattr(settings, "COMPANY_PHONE", ""))


def line_of(data: Mapping[str, Any], topic: str, language: str) -> str:
    """One line of a digest: number, what happened, when."""
    values = values_of(data, language)
    with translation.override(language):
        status = values["status"]
        if topic == "waybill.late":
            status = _("late, expected %(when)s") % {"when": values["expected"]}
        if topic in _CLOCKS:
            status = _CLOCKS[topic] % {"metric": values["metric"], "due": values["due"]}
            return f"{values['number']} {status}"
        reason = f"（{values['reason']}）" if language != "en" else f" ({values['reason']})"
        parts = [
            values["case"] or values["number"] or values["order"],
            status + (reason if values["reason"] else ""),
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
