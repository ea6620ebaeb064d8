"""The lists of gaps, swaps and handovers."""

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from apps.accounts.enums import Role
from apps.backoffice.forms.filters import FilterForm, one_of
from apps.backoffice.lists import Column, ListQuery, Sort, StaffList, View
from apps.core.templatetags.formatting import status_tag
from apps.core.times import human, local
from apps.shifts.enums import GapEnd, HandoverState, SwapState
from apps.shifts.models import Gap, Handover, Swap


class RoleFilters(FilterForm):
    role = one_of(Role, _("role"))


class GapList(StaffList):
    title = _("Gaps in the roster")
    columns = (
        Column("unit", _("unit"), lambda row: row.unit.name, is_link=True),
        Column("role", _("role"), lambda row: status_tag(row, "role")),
        Column("from", _("from"), lambda row: human(row.starts_at), sorts=("next", "latest")),
        Column("until", _("until"), lambda row: local(row.ends_at)),
        Column("missing", _("people missing"), is_number=True),
        Column("how", _("how"), lambda row: status_tag(row, "closed_as") if row.closed_as else ""),
    )
    views = (
        View("open", _("Open")),
        View("passed", _("Passed uncovered"), sort="latest"),
        View("filled", _("Filled"), sort="latest"),
    )
    sorts = (
        Sort("next", _("Next first"), ("starts_at", "pk")),
        Sort("latest", _("Latest first"), ("-starts_at", "-pk")),
    )
    filters = RoleFilters
    empty = _("Nobody is missing in the next 14 days. What is needed stands among the settings.")

    def rows(self, query: ListQuery) -> "QuerySet[Any]":
        kinds = {"passed": GapEnd.PASSED, "filled": GapEnd.FILLED}
        rows = Gap.objects.visible_to(query.user).select_related("unit")
        rows = rows.filter(closed_as=kinds.get(query.view, ""))
        if role := query.values.get("role"):
            rows = rows.filter(role=role)
        return rows


class SwapList(StaffList):
    title = _("Swaps")
    columns = (
        Column("who", _("asked by"), lambda row: str(row.asked_by), is_link=True),
        Column("unit", _("unit"), lambda row: row.shift.unit.name),
        Column("from", _("from"), lambda row: human(row.starts_at)),
        Column("until", _("until"), lambda row: local(row.shift.ends_at)),
        Column("to", _("colleague asked"), lambda row: str(row.to_user or _("everybody"))),
        Column("taken", _("taken by"), lambda row: str(row.taken_by or "")),
        Column("state", _("state"), lambda row: status_tag(row, "state")),
    )
    views = (View("open", _("To be taken or confirmed")), View("all", _("All")))
    sorts = (Sort("newest", _("Newest first"), ("-pk",)),)
    empty = _("Nobody asks for a swap.")

    def rows(self, query: ListQuery) -> "QuerySet[Any]":
        rows = Swap.objects.visible_to(query.user).select_related(
            "shift__unit", "asked_by", "to_user", "taken_by"
        )
        return (
            rows
            if query.view == "all"
            else rows.filter(state__in=[SwapState.ASKED, SwapState.TAKEN])
        )


class HandoverList(StaffList):
    title = _("Shift handovers")
    columns = (
        Column("giver", _("giver"), lambda row: str(row.giver), is_link=True),
        Column("receiver", _("receiver"), lambda row: str(row.receiver or "—")),
        Column("unit", _("unit"), lambda row: row.shift.unit.name),
        Column("ends", _("shift ends"), lambda row: human(row.ends_at)),
        Column("watch", _("the watch is with"), lambda row: str(row.watch)),
        Column("state", _("state"), lambda row: status_tag(row, "state")),
    )
    views = (
        View("open", _("To be handed over")),
        View("lapsed", _("Not accepted in time")),
        View("all", _("All")),
    )
    sorts = (Sort("latest", _("Latest first"), ("-ends_at", "-pk")),)
    empty = _("No shift ends in the next half hour.")

    def rows(self, query: ListQuery) -> "QuerySet[Any]":
        rows = Handover.objects.visible_to(query.user).select_related(
            "giver", "receiver", "watch", "shift__unit"
        )
        states = {
            "open": [HandoverState.OPEN, HandoverState.OFFERED],
            "lapsed": [HandoverState.LAPSED],
        }
        return rows.filter(state__in=states[query.view]) if query.view in states else rows
