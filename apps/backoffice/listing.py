"""The pages of a declared list: the list itself, filters saved under a name, the list as a file."""

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.backoffice import services
from apps.backoffice.bulk import BulkAdmin
from apps.backoffice.downloads import export_answer
from apps.backoffice.forms.filters import SaveFilterForm
from apps.backoffice.lists import ListQuery, StaffList
from apps.backoffice.models import SavedFilter
from apps.backoffice.queries import lists as queries
from apps.core.errors import RuleBroken
from apps.core.pagination import KeyPage

LONGEST_KEY = 80


class ListAdmin(BulkAdmin):
    """``listing`` instead of Django's list of the model; who may not look at it finds what
    ``must_list`` raises."""

    listing: StaffList

    def own_pages(self) -> list[tuple[str, Any, str]]:
        return [
            ("export/", self.export_view, "export"),
            ("filters/", self.save_filter_view, "save_filter"),
            ("filters/<int:filter_id>/remove/", self.drop_filter_view, "drop_filter"),
            *super().own_pages(),
        ]

    def must_list(self, request: HttpRequest) -> None:
        if not self.has_view_permission(request):
            raise PermissionDenied

    def bulk_bar(self, request: HttpRequest) -> dict[str, Any]:
        bar = super().bulk_bar(request)
        return {**bar, "key_of": lambda row: getattr(self.listing.record(row), self.act_field)}

    def asked(self, request: HttpRequest) -> ListQuery:
        given = request.POST if request.method == "POST" else request.GET
        return self.listing.asked(request.user, given, timezone.now())

    def may_export(self, request: HttpRequest) -> bool:
        export = self.listing.export
        return export is not None and request.user.has_perm(export.permission)

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponseBase:
        self.must_list(request)
        query, keys = self.asked(request), {}
        for name in ("after", "before"):
            if key := request.GET.get(name, "")[:LONGEST_KEY]:
                keys[name] = key
                break
        try:
            found = self.listing.page(query, **keys)
        except RuleBroken as refusal:
            messages.warning(request, str(refusal))
            found = KeyPage()
        return self.page(
            request,
            "backoffice/list.html",
            self.listing.title,
            listing=self.listing,
            query=query,
            rows=self.listing.dress(found.rows, query),
            address=urlencode(query.params),
            began=bool(keys),
            pages=[
                (rel, label, urlencode({**query.params, name: key}))
                for rel, label, name, key in (
                    ("prev", _("Previous page"), "before", found.before),
                    ("next", _("Next page"), "after", found.after),
                )
                if key
            ],
            found=found,
            saved=[(one, self._address_of(one)) for one in self._filters(request)],
            main_act=self.main_act(request),
            export=self._address("export") if self.may_export(request) else "",
            save_address=self._address("save_filter"),
            page_of=lambda row: self.page_of(self.listing.record(row)),
            **{**self.bulk_bar(request), **(extra_context or {})},
        )

    def _address(self, name: str, *args: Any) -> str:
        return reverse(f"admin:{self._prefix}_{name}", args=args)

    def bulk_view(self, request: HttpRequest, name: str) -> HttpResponseBase:
        self.must_list(request)
        return super().bulk_view(request, name)

    # --- filters under a name --------------------------------------------------------------------

    def _filters(self, request: HttpRequest) -> Iterable[SavedFilter]:
        return queries.filters_of(request.user, self.opts.label_lower)

    def _address_of(self, saved: SavedFilter) -> str:
        """A saved filter as an address; a filter that is not known any more is left out by the list."""
        return urlencode({name: str(value) for name, value in saved.query.items()})

    def save_filter_view(self, request: HttpRequest) -> HttpResponseBase:
        """POST: keep the list's filters under a name; shared ones are for everybody."""
        self.must_list(request)
        if request.method != "POST":
            return HttpResponseRedirect(self.list_page())
        query, form = self.asked(request), SaveFilterForm(request.POST)
        if form.is_valid():
            services.save_filter(
                of_list=self.opts.label_lower,
                query=query.params,
                by=request.user,
                at=timezone.now(),
                **form.cleaned_data,
            )
            message = _("“%(name)s” is kept.") % {"name": form.cleaned_data["name"]}
            messages.success(request, message)
        else:
            messages.error(request, _("Give the filter a name; what you chose is still there."))
        return HttpResponseRedirect(f"{self.list_page()}?{urlencode(query.params)}")

    def drop_filter_view(self, request: HttpRequest, filter_id: int) -> HttpResponseBase:
        """POST: one's own only."""
        self.must_list(request)
        if request.method == "POST":
            gone = {"of_list": self.opts.label_lower, "filter_id": filter_id}
            try:
                services.remove_filter(**gone, by=request.user, at=timezone.now())
            except SavedFilter.DoesNotExist:
                raise Http404 from None
            messages.success(request, _("The filter is removed."))
        return HttpResponseRedirect(self.list_page())

    # --- the list as a file ----------------------------------------------------------------------

    def export_view(self, request: HttpRequest) -> HttpResponseBase:
        """POST with the filters of the list and ``format``: the file, or the job that makes it."""
        self.must_list(request)
        export = self.listing.export
        if export is None:
            raise Http404
        if not self.may_export(request):
            raise PermissionDenied
        if request.method != "POST":
            return HttpResponseRedirect(self.list_page())
        return export_answer(request, export, self.asked(request).params)
