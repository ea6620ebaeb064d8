"""Customers in the back office: the list, the page with everything on file, the look-up."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from apps.backoffice.acting import ActAdmin
from apps.backoffice.records import RecordPageAdmin
from apps.backoffice.staff_admin import timeline_rows
from apps.core.downloads import private_file
from apps.customers import queries, services
from apps.customers.admin.customer_acts import BASICS, CUSTOMER_ACTS, ENTRY, PAPERS, STATUS
from apps.customers.admin.filters import OwnedFilter, PapersFilter
from apps.customers.enums import CustomerStatus
from apps.customers.models import Customer
from apps.customers.rules import blockers_from

DOCUMENTS = {
    "contract": ("contracts", "customers.view_contract"),
    "letter": ("letters", "customers.view_dangerousgoodsletter"),
}


@admin.register(Customer)
class CustomerAdmin(RecordPageAdmin, ActAdmin):
    acts, entry = CUSTOMER_ACTS, ENTRY
    list_display = (
        "code",
        "shown_name",
        "status_tag",
        "papers_tag",
        "unit",
        "agent",
        "trial_until",
    )
    list_display_links = ("code", "shown_name")
    list_filter = ("status", OwnedFilter, PapersFilter, "settlement_method", "key_account")
    search_fields = ("search_text",)
    search_help_text = gettext_lazy("Code, name, pinyin, initials or phone")
    ordering = ("code",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Customer]:
        visible = Customer.objects.visible_to(request.user)  # type: ignore[arg-type]  # staff pages know users only
        return visible.select_related("unit", "agent").with_papers(timezone.now())

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Customer], search_term: str
    ) -> tuple[QuerySet[Customer], bool]:
        if not search_term.strip():
            return queryset, False
        return queries.matching(queryset, search_term), False  # type: ignore[arg-type]  # our own QuerySet

    def own_pages(self) -> list[tuple[str, Any, str]]:
        document = "<int:record_id>/document/<slug:kind>/<int:row_id>/"
        return [
            ("lookup/", require_GET(self.lookup_view), "lookup"),
            ("<int:record_id>/fill/", require_POST(self.fill_view), "fill"),
            (document, require_GET(self.document_view), "document"),
        ]

    @admin.display(description=gettext_lazy("company name"), ordering="name")
    def shown_name(self, customer: Customer) -> str:
        return customer.display_name

    @admin.display(description=gettext_lazy("status"), ordering="status")
    def status_tag(self, customer: Customer) -> SafeString:
        return self.tag(CustomerStatus(customer.status))

    @admin.display(description=gettext_lazy("papers"))
    def papers_tag(self, customer: Customer) -> str:
        at = timezone.now()
        papers = customer.papers(at)
        blockers = blockers_from(customer, papers, at)
        if blockers:
            return _("%(count)d missing") % {"count": len(blockers)}
        if not (papers.handover_accepted and papers.contract_valid):
            return _("verbal only")
        return _("complete")

    def show_record(self, request: HttpRequest, customer: Customer) -> HttpResponseBase:
        at = timezone.now()
        offered = self.offered(request, customer)
        context = {
            "today": timezone.localdate(at),
            "row_acts": {
                act.name.replace("-", "_")
                for act in self.acts
                if act.rows and act.allows(request.user)
            },
            "act_groups": [
                [a for a in offered if a in group] for group in (BASICS, PAPERS, STATUS)
            ],
            "timeline": timeline_rows(customer, self.timeline_limit),
            **queries.customer_page(customer, at),
        }
        return self.page(request, "customers/customer.html", str(customer), **context)

    def lookup_view(self, request: HttpRequest) -> JsonResponse:
        """For the order form: what the typed text means, with what the choice would fill in."""
        self._must_look_up(request)
        found = queries.lookup(request.GET.get("q", ""), user=request.user, at=timezone.now())  # type: ignore[arg-type]  # a user
        return JsonResponse({"results": found})

    def fill_view(self, request: HttpRequest, record_id: int) -> JsonResponse:
        """The chosen company's data in clear, for the order being taken; on record."""
        self._must_look_up(request)
        customer = self.seen(request, record_id)
        filled = services.fill_order(customer, by=request.user, at=timezone.now())  # type: ignore[arg-type]  # a user
        return JsonResponse(filled.as_dict())

    def document_view(
        self, request: HttpRequest, record_id: int, kind: str, row_id: int
    ) -> HttpResponseBase:
        """A scan, to who may see the customer and its papers; always as a download."""
        customer = self.seen(request, record_id)
        rows, permission = DOCUMENTS.get(kind, ("", ""))
        if not rows or not request.user.has_perm(permission):
            raise PermissionDenied
        document = get_object_or_404(getattr(customer, rows), pk=row_id)
        try:
            content = services.open_document(document, by=request.user, at=timezone.now())  # type: ignore[arg-type]  # a user
        except FileNotFoundError:
            messages.error(request, _("The scan is missing from the file store. Tell IT."))
            return redirect(self.page_of(customer))
        return private_file(content, name=document.file_name, content_type=document.content_type)

    def _must_look_up(self, request: HttpRequest) -> None:
        if not request.user.has_perms(["customers.lookup_customer"]):
            raise PermissionDenied
