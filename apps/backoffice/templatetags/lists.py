"""The table of a staff list: what Django's own shows, written in one go.

The library's table renders templates for every row, builds each cell from some thirty style names
and looks a column's label and field up again for each. Here a column is read once, and a row is a
line of short elements styled in desk/lists.css. Lists are not edited in place (no ``list_editable``).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import template
from django.contrib.admin import helpers
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

from apps.backoffice.acts import Act
from apps.core.addresses import address_of

register = template.Library()
TICK = "action_checkbox"
Shown = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class Column:
    """``shown`` says a row's words, which stand between ``opening`` and ``closing``."""

    opening: str
    closing: str
    shown: Shown
    is_link: bool = False


@register.simple_tag(takes_context=True)
def house_table(context: template.Context, cl: ChangeList) -> SafeString:
    """The list's table, head and rows."""
    heads = list(result_headers(cl))
    acts = context.get("list_acts") or []
    columns, address = _columns(cl, heads), _addresses(cl)
    lines = [_line(row, columns, address(row), _acts(row, acts)) for row in cl.result_list]
    head = format_html_join("", "{}", ([_head(head)] for head in heads))
    last = mark_safe("<th></th>") if acts else ""
    return format_html(
        '<table id="result_list" class="list result-list"><thead><tr>{}{}</tr></thead><tbody>{}</tbody></table>',
        head,
        last,
        mark_safe("".join(lines)),
    )


def _head(head: Mapping[str, Any]) -> SafeString:
    """The name of a column, and how the list is sorted by it."""
    name = capfirst(head["text"])
    if not head["sortable"]:
        if 'id="action-toggle"' in head["text"]:
            return _choose_all()
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
        "arrow_circle_down" if head["ascending"] else "arrow_circle_up",
        head["url_remove"],
        _("Remove from sorting"),
    )


def _choose_all() -> SafeString:
    """By these names the library's script knows what chooses every row."""
    return format_html(
        '<th class="tick" scope="col"><label><input type="checkbox" id="action-toggle"'
        ' class="action-toggle" aria-label="{}"><span>{}</span></label></th>',
        _("Select all objects on this page for an action"),
        _("Select all rows"),
    )


def _columns(cl: ChangeList, heads: Sequence[Mapping[str, Any]]) -> list[Column]:
    found: list[Column] = []
    linked, first = cl.list_display_links, True
    for name, head in zip(cl.list_display, heads, strict=True):
        if name == TICK:
            found.append(Column('<td class="tick">', "</td>", _ticker()))
            continue
        is_link = linked is not None and (name in linked or (first and not linked))
        tag = "th" if is_link and first else "td"
        first = first and not is_link
        code = name if isinstance(name, str) else name.__name__
        opening = format_html(
            '<{} class="field-{}" data-label="{}">', tag, code, capfirst(head["text"])
        )
        found.append(Column(opening, f"</{tag}>", _shower(cl, name), is_link))
    return found


def _line(row: models.Model, columns: list[Column], address: str, acts: str) -> str:
    cells = []
    for column in columns:
        words: str = conditional_escape(column.shown(row))
        if column.is_link and address:
            words = f"{address}{words}</a>"
        cells.append(f"{column.opening}{words}{column.closing}")
    return f"<tr>{''.join(cells)}{acts}</tr>"


def _ticker() -> Shown:
    box = format_html(
        '<input type="checkbox" name="{}" class="action-select" aria-label="{}" value="',
        helpers.ACTION_CHECKBOX_NAME,
        _("Select record"),
    )
    return lambda row: format_html('{}{}">', box, row.pk)


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
    if field.choices:
        words = dict(field.flatchoices)
        return lambda row: words.get(getattr(row, name), empty)
    return lambda row: display_for_field(getattr(row, name), field, empty)


def _addresses(cl: ChangeList) -> Shown:
    """The opening of the link to a row; "" where nobody may open it. How the list is filtered is
    kept in the address, the same for all rows."""
    kept: dict[str, str] = {}
    usual = type(cl).url_for_result is ChangeList.url_for_result
    change = f"admin:{cl.opts.app_label}_{cl.opts.model_name}_change"

    def address(row: models.Model) -> str:
        try:
            of_row = usual and isinstance(row.pk, int)
            url = address_of(change, row.pk) if of_row else cl.url_for_result(row)
        except NoReverseMatch:
            return ""
        if "query" not in kept:
            filters: dict[str, Any] = {"preserved_filters": cl.preserved_filters, "opts": cl.opts}
            kept["query"] = add_preserved_filters(filters, url).removeprefix(url)
        opener = ""
        if cl.is_popup:
            key = row.serializable_value(str(cl.to_field) if cl.to_field else row._meta.pk.attname)
            opener = format_html(' data-popup-opener="{}"', key)
        return format_html('<a href="{}"{}>', url + kept["query"], opener)

    return address


def _acts(row: models.Model, acts: Sequence[Act]) -> str:
    """What can be done with the row now; the list's own address is the way to it."""
    if not acts:
        return ""
    possible = ((row.pk, act.name, act.label) for act in acts if act.may(row))
    links = format_html_join("", '<a href="{}/do/{}/">{}</a>', possible)
    return f'<td class="list-acts">{links}</td>'
