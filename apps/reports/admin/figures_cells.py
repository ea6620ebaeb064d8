"""Cells of the pages of figures."""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from apps.core.money import format_money
from apps.reports.enums import Shows
from apps.reports.kpis import Kpi
from apps.reports.queries.comparison import Compared
from apps.reports.queries.figures import FigureRow, ListRow
from apps.reports.queries.goals import REFERENCES, meets
from apps.reports.rules.words import seconds, shown

WIDTH = 200  # units of the picture's own


def is_time(kpi: Kpi) -> bool:
    return kpi.is_measured and "csat" not in kpi.code and kpi.shows in (Shows.MEDIAN, Shows.MEAN)


def value_of(kpi: Kpi, value: Any) -> str:
    """A figure's value, or what was measured of a row of its list."""
    if isinstance(value, ListRow):
        if value.measure is None:
            return ""
        measured = Decimal(value.measure)
        return f"{measured:.0f}" if "csat" in kpi.code else seconds(measured)
    return shown(value, shows=kpi.shows, per=kpi.per, is_time=is_time(kpi))


def tick(kpi: Kpi, row: ListRow) -> SafeString:
    """Both ticks; weights as numbers, fen as money. Of what is better the less of it there is, the numerator is what
    went wrong."""
    if kpi.shows in (Shows.MONEY, Shows.MONEY_RATE):
        return format_html("{}", format_money(Decimal(row.good) / 100) if row.good else "—")
    if row.counts > 1 or row.good > 1:
        return format_html("{:} / {:}", row.good, row.counts)
    if not row.counts and not row.good:
        return format_html('<span class="kpi-few">{}</span>', gettext("not counted"))
    if kpi.shows != Shows.RATE:
        return format_html("{}", "✓")
    if kpi.better == "down":
        if row.good:
            return format_html('<span class="kpi-bad">✗ {}</span>', gettext("in the numerator"))
        return format_html('<span class="kpi-good">✓ {}</span>', gettext("only in the denominator"))
    css, word = ("kpi-good", gettext("good")) if row.good else ("kpi-bad", gettext("not good"))
    if not row.counts:
        word = gettext("counted on top")
    if row.counts and not row.good:
        return format_html('<span class="{}">✓ ✗ {}</span>', css, word)
    return format_html('<span class="{}">{} {}</span>', css, "✓ ✓" if row.counts else "✓", word)


@dataclass(frozen=True, slots=True)
class FigureLine:
    """A line of the page of figures; ``asked`` is what its address says."""

    kpi: Kpi
    figure: FigureRow | None
    earlier: FigureRow | None
    wanted: Decimal | None
    asked: dict[str, str]

    @property
    def name(self) -> SafeString:
        css = "kpi-beside" if self.kpi.parent else "kpi-name"
        provisional = ""
        if self.figure is not None and self.figure.provisional:
            provisional = format_html(
                ' <span class="tag tag-amber">{}</span>', gettext("provisional")
            )
        return format_html(
            '<span class="{}"><a href="{}">{}</a></span>{} <details class="kpi-why"><summary aria-label="{}">?</summary>'
            "<p>{} <em>{}: {}</em></p></details>",
            css, self._list(), self.kpi.name, provisional, gettext("What it means"),
            self.kpi.definition, gettext("Belongs to the period by"), self.kpi.period_by,
        )  # fmt: skip

    @property
    def value(self) -> SafeString | str:
        if self.figure is None:
            return "—"
        text = value_of(self.kpi, self.figure.value)
        if self.wanted is None or self.figure.value is None:
            return text
        exact = self.figure.value
        value = Decimal(exact.numerator) / Decimal(exact.denominator)
        css = "kpi-good" if meets(value, self.wanted, self.kpi.better) else "kpi-bad"
        return format_html('<strong class="{}">{}</strong>', css, text)

    @property
    def goal(self) -> str:
        return "" if self.wanted is None else value_of(self.kpi, Fraction(self.wanted))

    @property
    def ticks(self) -> SafeString | str:
        """Those that went wrong lead to their list, where there are any."""
        if self.figure is None:
            return ""
        good, counts = self.figure.numerator, self.figure.denominator
        if self.kpi.shows != Shows.RATE:
            return f"{counts:,}"
        if self.kpi.better == "down" and good:
            return format_html(
                '<a class="kpi-rest" href="{}">{}</a> / {}',
                self._list(only="good"), f"{good:,}", f"{counts:,}",
            )  # fmt: skip
        if self.kpi.better == "down" or self.kpi.per != 100 or counts <= good:
            return f"{good:,} / {counts:,}"
        return format_html(
            '{} / {} <a class="kpi-rest" href="{}">{}</a>',
            f"{good:,}", f"{counts:,}", self._list(only="bad"),
            gettext("%(n)s not") % {"n": f"{counts - good:,}"},
        )  # fmt: skip

    @property
    def spread(self) -> str:
        if self.figure is None or self.figure.median is None or "csat" in self.kpi.code:
            return ""
        return f"{seconds(self.figure.median)}, {seconds(self.figure.p90)}"

    @property
    def before(self) -> str:
        return "" if self.earlier is None else value_of(self.kpi, self.earlier.value)

    @property
    def reference(self) -> SafeString | str:
        found = REFERENCES.get(self.kpi.code)
        if found is None:
            return ""
        return format_html(
            '{} <small class="kpi-source">{}</small>',
            value_of(self.kpi, Fraction(found.value)), found.source,
        )  # fmt: skip

    def _list(self, **more: str) -> str:
        asked = {**self.asked, "kpi": self.kpi.code, **more}
        return f"{reverse('admin:reports_figure_list')}?{urlencode(asked)}"


def interval_picture(kpi: Kpi, row: Compared, middle: Fraction | None) -> SafeString | str:
    """The interval as a line, the figure as a dot, the median of all as a stroke. Rates per 10,000 are drawn up to
    four times the median."""
    if row.low is None or row.high is None or row.figure.rate is None:
        return ""
    top = 1.0
    if kpi.per != 100:
        top = max(row.high, 4 * float(middle or 0) / kpi.per) or 1.0

    def x(share: float) -> str:
        return f"{WIDTH * min(1.0, share / top):.1f}"

    stroke: SafeString | str = ""
    if middle is not None:
        at = x(float(middle) / kpi.per)
        stroke = format_html('<line class="kpi-middle" x1="{}" x2="{}" y1="0" y2="16"/>', at, at)
    label = gettext("from %(low)s to %(high)s") % {
        "low": value_of(kpi, Fraction(row.low) * kpi.per),
        "high": value_of(kpi, Fraction(row.high) * kpi.per),
    }
    return format_html(
        '<svg class="kpi-interval{}" viewBox="0 0 {} 16" role="img" aria-label="{}"><title>{}</title>{}'
        '<line class="kpi-span" x1="{}" x2="{}" y1="8" y2="8"/><circle cx="{}" cy="8" r="4"/></svg>',
        " is-few" if row.is_few else "", WIDTH, label, label, stroke,
        x(row.low), x(row.high), x(float(row.figure.rate)),
    )  # fmt: skip
