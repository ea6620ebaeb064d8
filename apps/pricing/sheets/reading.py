"""A workbook as a version; everything that is wrong is named with its sheet and row."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, BinaryIO

from django.utils.translation import gettext as _

from apps.core.errors import BadInput
from apps.core.sheets import Sheet, SheetRow
from apps.core.workbooks import read_book
from apps.pricing.enums import (
    Basis,
    BillingEvent,
    ComponentKind,
    Measure,
    OverMax,
    PricedBy,
    RoundMode,
    TierMeasure,
    UpperBound,
    Volumetric,
)
from apps.pricing.rating import (
    Band,
    Component,
    MonthlyTier,
    Segment,
    Tariff,
    TariffProblem,
    TariffRefused,
    WeightStep,
    ZoneRule,
    tariff_problems,
)
from apps.pricing.rating.checking import (
    COMPONENTS,
    MONTHLY,
    RULES,
    SEGMENTS,
    STEPS,
    VERSION,
    ZONES,
)
from apps.pricing.sheets import cells
from apps.pricing.sheets.columns import COLUMNS, TERMS, TITLES, in_words
from apps.pricing.sheets.writing import tier_factor

KINDS = {
    "measure": Measure,
    "priced_by": PricedBy,
    "volumetric": Volumetric,
    "upper_bound": UpperBound,
    "round_mode": RoundMode,
    "monthly_measure": TierMeasure,
    "billing_event": BillingEvent,
}
MAX_ROWS = 20_000


@dataclass(frozen=True, slots=True)
class SheetTariff:
    """What a workbook says. ``since`` and ``billing_event`` are None where it does not say."""

    says: Tariff
    since: date | None = None
    billing_event: BillingEvent | None = None


def read_tariff_book(file: BinaryIO) -> SheetTariff:
    """BadInput when it is no workbook of this shape; TariffRefused with all rows that are wrong."""
    wanted = {part: (titles, COLUMNS[part]) for part, titles in TITLES.items()}
    found = read_book(file, wanted, max_rows=MAX_ROWS)
    if SEGMENTS not in found:
        message = _("The file has no sheet “%(title)s” with rows. Start from an export.")
        title = in_words(TITLES[SEGMENTS])
        raise BadInput(message % {"title": title}, code="sheet_missing", field="file")
    reading = _Reading(found)
    made = reading.tariff()
    wrong = reading.wrong or tariff_problems(made.says)
    if wrong:
        raise TariffRefused([_with_sheet_name(one) for one in wrong])
    return made


def _with_sheet_name(one: TariffProblem) -> TariffProblem:
    title = in_words(TITLES[one.part])
    return TariffProblem(
        _("sheet “%(title)s”: %(why)s") % {"title": title, "why": one.message},
        code=one.code,
        part=one.part,
        row=one.row,
        field=one.field,
    )


@dataclass
class _Reading:
    sheets: dict[str, Sheet]
    wrong: list[TariffProblem] = field(default_factory=list)

    def tariff(self) -> SheetTariff:
        since, event, terms = self._terms()
        head = Tariff(**terms)
        parts = cells.factor(head.measure)
        segments = tuple(self._each(SEGMENTS, lambda cell: _segment(cell, parts)))
        says = replace(
            head,
            zones=self._zones() or {one.zone: one.zone for one in segments},
            rules=tuple(self._each(RULES, _rule)),
            segments=segments,
            weight_steps=tuple(self._each(STEPS, _weight_step)) or head.weight_steps,
            components=self._components(),
            monthly=tuple(self._each(MONTHLY, lambda cell: _tier(cell, tier_factor(head)))),
        )
        return SheetTariff(says, since, event)

    def _zones(self) -> dict[str, str]:
        found: dict[str, str] = {}
        for row in self._rows(ZONES):
            code = row.values["zone"]
            if code in found:
                message = _("Zone “%(value)s” is there twice.")
                refusal = cells.wrong(message, code, "zone_twice")
                self.wrong.append(_problem(ZONES, row.number, refusal, "zone"))
            found[code] = row.values.get("name", "") or code
        return found

    def _rows(self, part: str) -> Iterator[SheetRow]:
        sheet = self.sheets.get(part)
        for row in sheet.rows if sheet else ():
            if row.errors:
                self.wrong += [_problem(part, row.number, error) for error in row.errors]
            else:
                yield row

    def _each(self, part: str, read: Callable[["_Cells"], Any]) -> Iterator[Any]:
        for row in self._rows(part):
            reader = _Cells(row)
            try:
                yield read(reader)
            except BadInput as refusal:
                self.wrong.append(_problem(part, row.number, refusal, reader.last))

    def _terms(self) -> tuple[date | None, BillingEvent | None, dict[str, Any]]:
        names = {name.casefold(): key for key, (both, _how) in TERMS.items() for name in both}
        texts: dict[str, tuple[int, str]] = {}
        for row in self._rows(VERSION):
            key = names.get(row.values["field"].casefold())
            if key is None:
                message = _("“%(value)s” is nothing that a version says.")
                refusal = cells.wrong(message, row.values["field"], "term_unknown")
                self.wrong.append(_problem(VERSION, row.number, refusal, "field"))
            else:
                texts[key] = row.number, row.values.get("value", "")
        found: dict[str, Any] = {}
        # What is measured decides in what the others are counted.
        for key in sorted(texts, key=lambda key: key != "measure"):
            number, text = texts[key]
            if not text:
                continue
            try:
                found[key] = _term(key, text, found.get("measure", Measure.WEIGHT))
            except BadInput as refusal:
                self.wrong.append(_problem(VERSION, number, refusal, key))
        return found.pop("since", None), found.pop("billing_event", None), found

    def _components(self) -> tuple[Component, ...]:
        """Rows of one code are the bands of one component; what the rows say of it must agree."""
        found: dict[str, Component] = {}
        for one in self._each(COMPONENTS, _component):
            before = found.get(one.code)
            if before is None:
                found[one.code] = one
                continue
            joined = replace(before, bands=(*before.bands, *one.bands))
            if replace(one, bands=joined.bands, row=before.row) != joined:
                message = _("The rows of “%(value)s” say different things about it.")
                refusal = cells.wrong(message, one.code, "component_differs")
                self.wrong.append(_problem(COMPONENTS, one.row or 0, refusal, "code"))
            found[one.code] = joined
        return tuple(found.values())


class _Cells:
    """The cells of a row; ``last`` is the one that was read last, for refusals."""

    def __init__(self, row: SheetRow) -> None:
        self.number, self._values, self.last = row.number, row.values, ""

    def text(self, key: str) -> str:
        self.last = key
        return self._values.get(key, "")

    def read(self, key: str, how: Callable[[str], Any], default: Any) -> Any:
        text = self.text(key)
        return how(text) if text else default

    def quantity(self, key: str, parts: int, default: int | None) -> Any:
        return self.read(key, lambda text: cells.whole(text, parts), default)

    def fen(self, key: str, default: int | None) -> Any:
        return self.read(key, cells.fen_of, default)


def _problem(part: str, row: int, refusal: BadInput, column: str | None = None) -> TariffProblem:
    return TariffProblem(
        refusal.message, code=refusal.code, part=part, row=row, field=column or refusal.field
    )


def _term(key: str, text: str, measure: Measure) -> Any:
    how = TERMS[key][1]
    readers: dict[str, Callable[[str], Any]] = {
        "day": cells.day_of,
        "choice": lambda text: cells.choice_of(KINDS[key], text),
        "yes": cells.yes,
        "yuan": cells.fen_of,
        "kg": lambda text: cells.whole(text, 1000),
        "quantity": lambda text: cells.whole(text, cells.factor(measure)),
        "number": lambda text: cells.whole(text, 1),
        "text": str,
    }
    return readers[how](text)


def _rule(cell: _Cells) -> ZoneRule:
    return ZoneRule(
        cell.text("zone"),
        cells.destination_code(cell.text("destination")),
        cells.area_code(cell.text("origin")),
        cell.number,
    )


def _segment(cell: _Cells, parts: int) -> Segment:
    says_base = bool(cell.text("base_fen"))
    segment = Segment(
        zone=cell.text("zone"),
        upto=cell.quantity("upto", parts, None),
        base_fen=cell.fen("base_fen", 0),
        beyond=cell.quantity("beyond", parts, 0),
        step=cell.quantity("step", parts, parts),
        inc_fen=cell.fen("inc_fen", 0),
        per=cell.quantity("per", parts, None),
        row=cell.number,
        starts=cell.quantity("starts", parts, None),
    )
    if not says_base and not segment.inc_fen:
        raise BadInput(_("The band has no price; write 0 if it is free."), code="no_price")
    return segment


def _weight_step(cell: _Cells) -> WeightStep:
    return WeightStep(
        cell.quantity("upto", 1000, None),
        cell.quantity("step", 1000, 0),
        cell.quantity("threshold", 1000, 1),
        cell.number,
    )


def _tier(cell: _Cells, parts: int) -> MonthlyTier:
    return MonthlyTier(
        cell.quantity("upto", parts, None),
        cell.read("discount_ppm", cells.share_of, 0),
        cell.number,
    )


def _component(cell: _Cells) -> Component:
    basis = cells.choice_of(Basis, cell.text("basis"))
    parts = cells.basis_factor(basis)
    band = Band(
        upto=cell.quantity("upto", parts, None),
        base_fen=cell.fen("base_fen", 0),
        rate_ppm=cell.read("rate_ppm", cells.share_of, 0),
        beyond=cell.quantity("beyond", parts, 0),
        step=cell.quantity("step", parts, 1 if parts == 1 else None) or 1,
        inc_fen=cell.fen("inc_fen", 0),
        row=cell.number,
    )
    return Component(
        code=cell.text("code"),
        kind=cells.choice_of(ComponentKind, cell.text("kind")),
        basis=basis,
        bands=(band,),
        name=cell.text("name"),
        extra=cell.text("extra"),
        min_fen=cell.fen("min_fen", None),
        max_fen=cell.fen("max_fen", None),
        over_max=cell.read("over_max", lambda text: cells.choice_of(OverMax, text), OverMax.CAP),
        areas=cell.read("areas", cells.area_codes, frozenset()),
        zones=cell.read("zones", lambda text: frozenset(cells.pieces(text)), frozenset()),
        order=cell.quantity("order", 1, 0),
        tax_class=cell.text("tax_class"),
        row=cell.number,
    )
