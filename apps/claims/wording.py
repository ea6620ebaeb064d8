"""Steps of an assessment, and what one lacks, in words of either language."""

from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.core.money import format_money

STEPS = {
    "thing": gettext_lazy(
        "%(what)s: claimed %(claimed)s, proved %(proved)s, left %(salvage)s — loss %(loss)s"
    ),
    "proportion": gettext_lazy("Insured %(insured)s of declared %(declared)s: in proportion"),
    "insured_at_most": gettext_lazy("At most the insured amount of %(insured)s"),
    "limit": gettext_lazy("Agreed limit of %(limit)s, explained on %(day)s"),
    "limit_not_explained": gettext_lazy(
        "The agreed limit of %(limit)s does not count: no explanation before the shipment is on record"
    ),
    "by_day": gettext_lazy("%(days)s days late × %(share)s of the fee of %(fee)s"),
    "fee_at_most": gettext_lazy("At most the fee of %(fee)s"),
    "share": gettext_lazy("%(share)s of it is paid"),
    "deductible": gettext_lazy("Less the deductible of %(deductible)s"),
    "cap": gettext_lazy("At most %(cap)s by the rule"),
}
LACKING = {
    "rule": gettext_lazy("the rule that was explained"),
    "things": gettext_lazy("what is claimed"),
    "proof": gettext_lazy("the proved value of: %(things)s"),
    "insured_amount": gettext_lazy("the insured amount"),
    "declared_value": gettext_lazy("the declared value"),
    "fee": gettext_lazy("the fee of the shipment"),
    "days_late": gettext_lazy("how many days late it was"),
    "fee_per_day": gettext_lazy("the rule's part of the fee per day"),
}
PLAIN = frozenset({"what", "day", "days", "share"})


def step_lines(steps: Sequence[Mapping[str, Any]]) -> list[tuple[str, str]]:
    """Each step as a sentence, and what stands after it as money."""
    found = []
    for step in steps:
        values = {name: _shown(name, value) for name, value in step["values"].items()}
        found.append((str(STEPS[step["code"]]) % values, format_money(Decimal(step["after"]))))
    return found


def _shown(name: str, value: str) -> str:
    if name in PLAIN:
        return value
    try:
        return format_money(Decimal(value))
    except InvalidOperation:
        return value


def missing_words(codes: Sequence[str], things: Sequence[str] = ()) -> str:
    named = ", ".join(things[:3])
    words = "; ".join(str(LACKING[code]) % {"things": named} for code in codes)
    return _("It cannot be computed yet. Missing: %(what)s.") % {"what": words}
