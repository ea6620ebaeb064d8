"""The table of a staff list, declared (``staff_table``) or Django's own (``list_table``), in one go.

The library's table renders templates for every row, builds each cell from some thirty style names
and looks a column's label and field up again for each. Here a column is read once, and a row is a
line of short elements styled in desk/lists.css. Lists are not edited in place (no ``list_editable``).
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any
from urllib.parse import urlencode

from django import template
from django.contrib.admin.templatetags.admin_list import result_headers
from django.contrib.admin.templatetags.admin_urls import add_preserved_filters
from django.contrib.admin.utils import lookup_field
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import FieldDoesNotExist, ObjectDoesNotExist
from django.db import models
from django.template.defaultfilters import capfirst
from django.urls import NoReverseMatch
from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from unfold.utils import display_for_field, display_for_value

from apps.backoffice import lists
from apps.backoffice.acts import Act
from apps.core.addresses import address_of
from apps.core.models import MoneyField
from apps.core.money import format_money

register = template.Library()
OPENS = '<a data-open href="{}">'
SORTED = '<i class="icon" aria-hidden="true">arrow_circle_{}</i>'
CHOOSE_ALL = (
    '<th class="tick" scope="col"><label><input type="checkbox" id="choose-all" x-ref="all" aria-label="{}">'
    "<span>{}</span></label></th>"
)
Shown = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class Cells:
    """``shown`` says a row's words, which stand between ``opening`` and ``closing``."""

    opening: str
    closing: str
    shown: Shown
    is_link: bool = False


@register.simple_tag(takes_context=True)
def list_table(context: template.Context, cl: ChangeList) -> SafeString:
    """The list's table, head and rows."""
    heads = list(result_headers(cl))
    acts = context.get("list_acts") or []
    columns, address = _columns(cl, heads), _addresses(cl)
    named = zip(heads, cl.list_display, strict=True)
    head = format_html_join("", "{}", ([_head(head, _is_money(cl, name))] for head, name in named))
    if context.get("bulk"):
        head = _with_boxes(head, columns, context["key_of"])
    lines = [line_of(row, columns, address(row), _acts(row, acts)) for row in cl.result_list]
    return _table(head + mark_safe("<th></th>") if acts else head, lines)


@register.simple_tag(takes_context=True)
def staff_table(context: template.Context) -> SafeString:
    """The same of a declared list: what ``listing.ListAdmin`` puts on its page."""
    listing, query, page_of = context["listing"], context["query"], context["page_of"]
    head = format_html_join("", "{}", ((_sorted_head(one, query),) for one in listing.columns))
    columns = [
        Cells(opening_of("td", one.name, one.label, one.css), "</td>", _cell(one), one.is_link)
        for one in listing.columns
    ]
    if context["bulk"]:
        head = _with_boxes(head, columns, context["key_of"])
    lines = [line_of(row, columns, OPENS.format(page_of(row))) for row in context["rows"]]
    return _table(head, lines)


def _cell(column: lists.Column) -> Shown:
    shown = column.shown or attrgetter(column.name)
    return lambda row: shown(row) or "—"


def _table(head: SafeString, lines: Sequence[str]) -> SafeString:
    return format_html(
        '<table id="result_list" class="list result-list"><thead><tr>{}</tr></thead><tbody>{}</tbody></table>',
        head,
        mark_safe("".join(lines)),  # each line is escaped
    )


def _sorted_head(column: lists.Column, query: lists.ListQuery) -> SafeString:
    """The name of a column; a click sorts by it, the next one the other way round."""
    css = mark_safe(' class="num"' if column.is_number else "")
    if not column.sorts:
        return format_html('<th scope="col"{}>{}</th>', css, capfirst(str(column.label)))
    now = query.sort.name
    here = column.sorts.index(now) if now in column.sorts else -1
    following = column.sorts[(here + 1) % len(column.sorts)]
    falling = query.sort.order[0].startswith("-")
    return format_html(
        '<th scope="col"{}{}><a href="?{}">{}</a>{}</th>',
        css,
        mark_safe(f' aria-sort="{"descending" if falling else "ascending"}"' if here >= 0 else ""),
        urlencode({**query.params, "sort": following}),
        capfirst(str(column.label)),
        mark_safe(SORTED.format("down" if falling else "up") if here >= 0 else ""),
    )


@register.simple_tag
def list_chips(query: lists.ListQuery) -> SafeString:
    """The filters of a declared list in use, each a link that takes it away."""
    chosen = [(name, label, words) for name, label, words in query.form.chosen()]
    if query.text:
        chosen.insert(0, ("q", _("search"), query.text))
    return chips_of(
        (label, words, "?" + urlencode({k: v for k, v in query.params.items() if k != name}))
        for name, label, words in chosen
    )


@register.simple_tag
def filter_chips(cl: ChangeList) -> SafeString:
    """The same for Django's own lists."""
    chosen: list[tuple[Any, Any, str]] = []
    if cl.query:
        chosen.append((_("search"), cl.query, cl.get_query_string(remove=["q"])))
    for spec in cl.filter_specs:
        names = [name for name in spec.expected_parameters() if name and name in cl.filter_params]
        if names:
            words = (one["display"] for one in spec.choices(cl) if one.get("selected"))
            chosen.append((spec.title, next(words, ""), cl.get_query_string(remove=names)))
    return chips_of(chosen)


def chips_of(chosen: Iterable[tuple[Any, Any, str]]) -> SafeString:
    chips = [
        (address, _("Take this filter away"), label, ": " if str(words) else "", str(words)[:80])
        for label, words, address in chosen
    ]
    links = format_html_join("", '<a href="{}" title="{}">{}{}{} ×</a>', chips)
    return format_html('<div class="list-chips">{}</div>', links) if chips else links


def _head(head: Mapping[str, Any], is_money: bool) -> SafeString:
    """The name of a column, and how the list is sorted by it."""
    name = capfirst(head["text"])
    if is_money:
        css = head["class_attrib"].replace('class="', 'class="money ') or ' class="money"'
        head = {**head, "class_attrib": mark_safe(css)}  # Django's own
    if not head["sortable"]:
        return format_html('<th scope="col"{}>{}</th>', head["class_attrib"], name)
    link = format_html('<a href="{}">{}</a>', head["url_primary"], name)
    if not head["sort_priority"]:
        return format_html('<th scope="col"{}>{}</th>', head["class_attrib"], link)
    return format_html(
        '<th scope="col" aria-sort="{}"{}>{}<a class="icon" href="{}" title="{}">{}</a>'
        '<a class="icon" href="{}" title="{}">cancel</a></th>',
        "ascending" if head["ascending"] else "descending",
        head["class_attrib"],
        link,
        head["url_toggle"],
        _("Toggle sorting"),
        "arrow_circle_up" if head["ascending"] else "arrow_circle_down",
        head["url_remove"],
        _("Remove from sorting"),
    )


def _with_boxes(head: SafeString, columns: list[Cells], key_of: Shown) -> SafeString:
    """The head of a list whose rows are chosen by a box, which is its first column."""
    box = format_html(
        '<input type="checkbox" name="chosen" aria-label="{}" value="', _("Select record")
    )

    def ticked(row: Any) -> SafeString:
        return format_html('{}{}">', box, key_of(row))

    columns.insert(0, Cells('<td class="tick">', "</td>", ticked))
    words = _("Choose all on this page")
    return format_html(CHOOSE_ALL, words, words) + head


def _columns(cl: ChangeList, heads: Sequence[Mapping[str, Any]]) -> list[Cells]:
    found: list[Cells] = []
    linked, first = cl.list_display_links, True
    for name, head in zip(cl.list_display, heads, strict=True):
        is_link = linked is not None and (name in linked or (first and not linked))
        tag = "th" if is_link and first else "td"
        first = first and not is_link
        code = name if isinstance(name, str) else name.__name__
        opening = opening_of(tag, code, head["text"], " money" if _is_money(cl, name) else "")
        found.append(Cells(opening, f"</{tag}>", _shower(cl, name), is_link))
    return found


def opening_of(tag: str, name: str, label: Any, more: str = "") -> SafeString:
    """Of a cell; its column's name stands before it where a row is a card."""
    words = capfirst(str(label))
    return format_html('<{} class="field-{}{}" data-label="{}">', tag, name, more, words)


def _is_money(cl: ChangeList, name: Any) -> bool:
    """Whether a column shows a decimal number: the field itself, or what the admin makes of it and sorts by it."""
    own = getattr(cl.model_admin, name, None) if isinstance(name, str) else None
    names = {name, getattr(own, "admin_order_field", None)}
    return any(
        field.name in names and isinstance(field, models.DecimalField)
        for field in cl.model._meta.fields
    )


def line_of(row: Any, columns: list[Cells], address: str, acts: str = "") -> str:
    """A row; ``address`` opens the link to it, in the first cell that is one."""
    cells = []
    for column in columns:
        words: str = conditional_escape(column.shown(row))
        if column.is_link and address:
            words, address = f"{address}{words}</a>", address.replace(" data-open", "", 1)
        cells.append(f"{column.opening}{words}{column.closing}")
    return f"<tr data-row>{''.join(cells)}{acts}</tr>"


def _shower(cl: ChangeList, name: Any) -> Shown:
    """How the column says a row's value: as Django's ``display_for_…``, decided once."""
    admin: Any = cl.model_admin
    empty = admin.get_empty_value_display()
    try:
        field = cl.model._meta.get_field(name)
    except FieldDoesNotExist:
        field = None
    if isinstance(field, models.Field) and field.name == name and not field.auto_created:
        return _field_shower(field, empty)
    own = getattr(admin, name, None) if isinstance(name, str) and name != "__str__" else None
    if callable(own):
        empty = getattr(own, "empty_value_display", empty)
        yes_or_no = getattr(own, "boolean", False)
        return lambda row: display_for_value(own(row), empty, yes_or_no)

    def looked_up(row: models.Model) -> Any:
        try:
            _field, attr, value = lookup_field(name, row, admin)
        except ObjectDoesNotExist:
            return empty
        return display_for_value(
            value, getattr(attr, "empty_value_display", empty), getattr(attr, "boolean", False)
        )

    return looked_up


def _field_shower(field: "models.Field[Any, Any]", empty: Any) -> Shown:
    name = field.name
    if isinstance(field.remote_field, models.ManyToOneRel):
        return lambda row: empty if (there := getattr(row, name)) is None else there
    if isinstance(field, MoneyField):
        return lambda row: empty if (there := getattr(row, name)) is None else format_money(there)
    if field.choices:
        words = dict(field.flatchoices)
        return lambda row: words.get(getattr(row, name), empty)
    return lambda row: display_for_field(getattr(row, name), field, empty)


def _addresses(cl: ChangeList) -> Shown:
    """The opening of the link to a row; "" where nobody may open it. How the list is filtered is
    kept in the address, the same for all rows."""
    cached: dict[str, str] = {}
    usual = type(cl).url_for_result is ChangeList.url_for_result
    change = f"admin:{cl.opts.app_label}_{cl.opts.model_name}_change"

    def address(row: models.Model) -> str:
        try:
            of_row = usual and isinstance(row.pk, int)
            url = address_of(change, row.pk) if of_row else cl.url_for_result(row)
        except NoReverseMatch:
            return ""
        if "query" not in cached:
            filters: dict[str, Any] = {"preserved_filters": cl.preserved_filters, "opts": cl.opts}
            cached["query"] = add_preserved_filters(filters, url).removeprefix(url)
        opener = ""
        if cl.is_popup:
            key = row.serializable_value(str(cl.to_field) if cl.to_field else row._meta.pk.attname)
            opener = format_html(' data-popup-opener="{}"', key)
        return format_html('<a data-open href="{}"{}>', url + cached["query"], opener)

    return address


def _acts(row: models.Model, acts: Sequence[Act]) -> str:
    """What can be done with the row now; the list's own address is the way to it."""
    if not acts:
        return ""
    possible = ((row.pk, act.name, act.label) for act in acts if act.may(row))
    links = format_html_join("", '<a href="{}/do/{}/">{}</a>', possible)
    return f'<td class="list-acts">{links}</td>'
