"""The list of cases: views of one click, filters that are kept, pages by key (CMP-1)."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts.staff import person, who
from apps.complaints import services
from apps.complaints.admin.access import may, must_see
from apps.complaints.admin.bulk import BulkPages
from apps.complaints.forms.lists import FILTERS, ListForm, SaveForm, View
from apps.complaints.models import SavedFilter
from apps.complaints.queries.lists import CaseListPage, case_page_of
from apps.complaints.queries.words import filters_of
from apps.core.errors import BadInput, RuleBroken

LIST = "admin:complaints_case_changelist"


class ListPages(BulkPages):
    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponseBase:
        must_see(request)
        user = person(request)
        form = ListForm(request.GET, user=user)
        try:
            found = case_page_of(
                user,
                form.filters,
                overdue=form.overdue_now,
                sort=form.sort_now,
                after=request.GET.get("after", "")[:80],
            )
        except BadInput as refusal:
            messages.warning(request, str(refusal))
            found = CaseListPage()
        kept = form.query
        return self.page(
            request,
            "complaints/cases.html",
            _("Cases"),
            form=form,
            found=found,
            at=timezone.now(),
            views=[(view, view == form.view_now) for view in View],
            filtered=set(kept) - {"view", "sort"},
            query=urlencode(kept),
            following=urlencode({**kept, "after": found.following}) if found.following else "",
            began=bool(request.GET.get("after")),
            saved=[(one, _address(one)) for one in filters_of(user)],
            bulk=[act for act in self.bulk_acts if act.allows(user)],
            may={name: may(request, name) for name in ("export_case", "add_case")},
        )

    def save_filter_view(self, request: HttpRequest) -> HttpResponseBase:
        """POST: keep the list's filters under a name; shared ones are for everybody."""
        must_see(request)
        if request.method != "POST":
            return redirect(LIST)
        query = {n: request.POST[n][:80] for n in FILTERS if request.POST.get(n)}
        form = SaveForm(request.POST)
        if form.is_valid():
            typed = form.cleaned_data
            try:
                services.save_filter(
                    name=typed["name"], query=query, shared=typed["shared"], **who(request)
                )
            except RuleBroken as refusal:
                messages.error(request, str(refusal))
            else:
                messages.success(request, _("“%(name)s” is kept.") % {"name": typed["name"]})
        else:
            messages.error(request, _("Give the filter a name; what you chose is still there."))
        return redirect(f"{reverse(LIST)}?{urlencode(query)}")

    def drop_filter_view(self, request: HttpRequest, filter_id: int) -> HttpResponseBase:
        """POST: one's own only."""
        must_see(request)
        if request.method == "POST":
            try:
                services.remove_filter(filter_id=filter_id, **who(request))
            except SavedFilter.DoesNotExist:
                raise Http404 from None
            messages.success(request, _("The filter is removed."))
        return redirect(LIST)


def _address(saved: SavedFilter) -> str:
    """A saved filter as an address; a filter that is not known any more is left out."""
    return urlencode({name: str(saved.query[name]) for name in FILTERS if saved.query.get(name)})
