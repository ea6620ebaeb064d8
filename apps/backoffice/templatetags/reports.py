"""The table of a report, and the filters that narrow it."""

from operator import attrgetter
from typing import Any

from django import template
from django.template.defaultfilters import capfirst
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from apps.backoffice.lists import Column
from apps.backoffice.reports import ReportQuery, Table
from apps.backoffice.templatetags.lists import OPENS, Cells, chips_of, line_of, opening_of

register = template.Library()


@register.simple_tag
def report_table(table: Table) -> SafeString:
    """Head, rows and foot; no template is rendered for a row."""
    columns = [
        Cells(opening_of("td", one.name, one.label, one.css), "</td>", _shown(one), one.is_link)
        for one in table.columns
    ]
    lines = []
    for row in table.rows:
        address = table.address(row)
        lines.append(line_of(row, columns, format_html(OPENS, address) if address else ""))
    heads = ((one.css.strip(), capfirst(str(one.label))) for one in table.columns)
    head = format_html_join("", '<th scope="col" class="{}">{}</th>', heads)
    return format_html(
        '<table class="report-table"><thead><tr>{}</tr></thead><tbody>{}</tbody>{}</table>',
        head,
        mark_safe("".join(lines)),  # each line is escaped
        _foot(table),
    )


def _shown(column: Column) -> Any:
    read = column.shown or attrgetter(column.name)

    def words(row: Any) -> Any:
        found = read(row)
        return "—" if found is None or (found == "" and column.label) else found

    return words


def _foot(table: Table) -> SafeString:
    if not table.foot:
        return mark_safe("")
    cells = zip((one.css.strip() for one in table.columns), table.foot, strict=True)
    return format_html(
        "<tfoot><tr>{}</tr></tfoot>", format_html_join("", '<td class="{}">{}</td>', cells)
    )


@register.simple_tag
def report_chips(query: ReportQuery) -> SafeString:
    """The filters that have not their usual value, each a link that takes it away."""
    return chips_of(
        (label, words, query.address_with(**{name: None}))
        for name, label, words in query.form.chosen()
    )
