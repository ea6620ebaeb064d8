"""A version as a workbook, from which the same version can be read again."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from apps.core.workbooks import write_book
from apps.pricing.enums import TierMeasure
from apps.pricing.rating import Tariff
from apps.pricing.rating.checking import (
    COMPONENTS,
    MONTHLY,
    RULES,
    SEGMENTS,
    STEPS,
    VERSION,
    ZONES,
)
from apps.pricing.sheets.cells import (
    EVERYWHERE,
    RELATION_WORDS,
    area_cell,
    basis_factor,
    factor,
    money,
    plain,
)
from apps.pricing.sheets.columns import TERMS, TITLES, headings, in_words


def write_tariff_book(says: Tariff, *, since: date, billing_event: Any) -> bytes:
    """xlsx; headings and words in the reader's language."""
    return write_book(tables(says, since=since, billing_event=billing_event))


def tables(
    says: Tariff, *, since: date, billing_event: Any
) -> list[tuple[str, list[Any], list[Sequence[Any]]]]:
    """Title, headings and rows of each sheet."""
    rows: dict[str, Iterable[Sequence[Any]]] = {
        VERSION: _terms(says, since, billing_event),
        ZONES: ((code, name if name != code else "") for code, name in says.zones.items()),
        RULES: (
            (rule.zone, _destination(rule.destination), area_cell(rule.origin))
            for rule in says.rules
        ),
        SEGMENTS: _segments(says),
        STEPS: (
            (plain(one.upto, 1000), plain(one.step, 1000), plain(one.threshold, 1000))
            for one in says.weight_steps
        ),
        COMPONENTS: _components(says),
        MONTHLY: (
            (plain(tier.upto, tier_factor(says)), plain(tier.discount_ppm, 10_000))
            for tier in says.monthly
        ),
    }
    return [(in_words(TITLES[part]), headings(part), list(rows[part])) for part in TITLES]


def tier_factor(says: Tariff) -> int:
    factors = {TierMeasure.WEIGHT: 1000, TierMeasure.AMOUNT: 100}
    return factors.get(TierMeasure(says.monthly_measure), 1)


def _terms(says: Tariff, since: date, billing_event: Any) -> list[tuple[str, Any]]:
    values = {"since": since, "billing_event": billing_event}
    found: list[tuple[str, Any]] = []
    for field, (names, how) in TERMS.items():
        value = values[field] if field in values else getattr(says, field)
        if how == "choice":
            value = str(value.label)
        elif how == "yes":
            value = _("yes") if value else _("no")
        elif how == "yuan":
            value = money(value)
        elif how == "kg":
            value = plain(value, 1000)
        elif how == "quantity":
            value = plain(value, factor(says.measure))
        found.append((in_words(names), value))
    return found


def _destination(code: str) -> str:
    if not code:
        return EVERYWHERE[0]
    words = RELATION_WORDS.get(code)
    return in_words(words) if words else area_cell(code)


def _segments(says: Tariff) -> Iterable[Sequence[Any]]:
    parts = factor(says.measure)
    ends: dict[str, int] = {}
    for one in says.segments:
        yield (
            one.zone,
            plain(ends.get(one.zone, 0), parts),
            plain(one.upto, parts),
            money(one.base_fen),
            plain(one.beyond, parts),
            plain(one.step, parts),
            money(one.inc_fen),
            plain(one.per, parts),
        )
        ends[one.zone] = one.upto or 0


def _components(says: Tariff) -> Iterable[Sequence[Any]]:
    for one in says.components:
        parts = basis_factor(one.basis)
        for band in one.bands:
            yield (
                one.code,
                str(one.kind.label),
                one.name,
                str(one.basis.label),
                one.extra,
                plain(band.upto, parts),
                money(band.base_fen),
                plain(band.rate_ppm, 10_000),
                plain(band.beyond, parts),
                plain(band.step, parts),
                money(band.inc_fen),
                money(one.min_fen),
                money(one.max_fen),
                str(one.over_max.label),
                "；".join(area_cell(code) for code in sorted(one.areas)),
                "；".join(sorted(one.zones)),
                one.order,
                one.tax_class,
            )
