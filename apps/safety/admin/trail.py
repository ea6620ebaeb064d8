"""What happened to accounts: every look at a number, every change, every refused attempt."""

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from apps.backoffice.forms.filters import FilterForm, moment, one_of
from apps.backoffice.listing import ListAdmin
from apps.backoffice.lists import Column, ListQuery, Sort, StaffList, View
from apps.core.notice_types import subject_link
from apps.core.templatetags.formatting import human
from apps.events.kinds import label_of
from apps.safety.jobs import TRAIL
from apps.safety.models import AccountEvent
from apps.safety.queries.trail import details_of, kinds, model_of, trail


class TrailFilters(FilterForm):
    kind = one_of([], _("what"))
    by = forms.CharField(label=_("sign-in name"), max_length=60, required=False)
    since = moment(_("from"))
    before = moment(_("before"))

    def fill(self) -> None:
        self.fields["kind"].choices = [("", "—"), *((kind, label_of(kind)) for kind in kinds())]  # type: ignore[attr-defined]  # a choice field


def _about(event: AccountEvent) -> SafeString:
    name = model_of(event)._meta.verbose_name
    return format_html('<a href="{}">{} {}</a>', subject_link(event), name, event.subject_id)


class TrailList(StaffList):
    title = _("What happened to accounts")
    columns = (
        Column("at", _("when"), lambda event: human(event.at)),
        Column("what", _("what"), lambda event: label_of(event.kind)),
        Column("about", _("about"), _about),
        Column("by", _("by")),
        Column("details", _("details"), details_of),
    )
    views = (
        View("all", _("All")),
        View("revealed", _("Shown in clear")),
        View("refused", _("Refused")),
        View("access", _("Who may")),
    )
    sorts = (Sort("newest", _("Newest first"), ("-pk",)),)
    filters = TrailFilters
    export = TRAIL
    empty = _("Nothing has happened to an account yet.")

    def rows(self, query: ListQuery) -> "QuerySet[AccountEvent]":
        typed = query.values
        return trail(
            query.view,
            kind=typed.get("kind") or "",
            username=typed.get("by") or "",
            since=typed.get("since"),
            before=typed.get("before"),
        )


@admin.register(AccountEvent)
class AccountEventAdmin(ListAdmin):
    listing = TrailList()
