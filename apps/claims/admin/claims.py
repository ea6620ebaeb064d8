"""Claims: the list, and the page of one as a ladder from the filing to the money (CMP-6)."""

from decimal import Decimal
from typing import Any

from django.contrib import admin
from django.core.files.storage import default_storage
from django.db.models import QuerySet
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from apps.accounts.staff import person
from apps.backoffice.acts import Act
from apps.backoffice.forms.filters import FilterForm, one_of
from apps.backoffice.listing import ListAdmin
from apps.backoffice.lists import Column, ListQuery, Sort, StaffList, View
from apps.backoffice.records import PanelAdmin
from apps.backoffice.staff_admin import must
from apps.banking.queries import private_payee_for
from apps.claims.admin.acts import ACTS, FILE
from apps.claims.enums import ClaimKind, ClaimState
from apps.claims.models import Claim, ClaimPaper
from apps.claims.queries.lists import claim_list, claims_of_case, left_to_pay, pictures_of
from apps.claims.queries.money import taken_sum, worth_of
from apps.claims.queries.rules import who_may_decide
from apps.claims.wording import step_lines
from apps.complaints.models import Case
from apps.core.downloads import private_file
from apps.core.money import format_money
from apps.core.templatetags.formatting import drawn_tag, status_tag
from apps.core.times import human

VIEW, CASES = "claims.view_claim", "complaints.view_case"
# What moves a claim on from each state; its button leads, for whoever may press it.
NEXT_ACT = {
    ClaimState.FILED: "assess",
    ClaimState.ASSESSED: "approve",
    ClaimState.APPROVED: "agree",
    ClaimState.AGREED: "plan",
    ClaimState.PAID: "close",
}


class ClaimFilters(FilterForm):
    kind = one_of(ClaimKind, _("kind"))
    state = one_of(ClaimState, _("state"))


def _sum(row: Claim) -> SafeString | str:
    text = format_money(row.approved if row.approved is not None else row.claimed)
    return drawn_tag("red", f"{text} {gettext('large')}") if row.is_large else text


class ClaimList(StaffList):
    title = _("Claims")
    columns = (
        Column("number", _("number"), is_link=True),
        Column("kind", _("kind"), lambda row: status_tag(row, "kind")),
        Column("waybill", _("waybill"), lambda row: row.waybill.number),
        Column("customer", _("claimant"), lambda row: row.customer.display_name if row.customer else gettext("private")),
        Column("sum", _("amount"), _sum, is_number=True),
        Column("state", _("state"), lambda row: status_tag(row, "state")),
        Column("filed", _("filed"), lambda row: human(row.filed_at) if row.filed_at else "", sorts=("oldest", "newest")),
        Column("owner", _("owner")),
    )  # fmt: skip
    views = (
        View("decide", _("Needs my decision"), sort="oldest"),
        View("assess", _("To be assessed"), sort="oldest"),
        View("customer", _("Customer to agree")),
        View("pay", _("Agreed, to be paid"), sort="oldest"),
        View("open", _("All open")),
        View("all", _("All")),
    )
    sorts = (
        Sort("newest", _("Newest first"), ("-pk",)),
        Sort("oldest", _("Oldest first"), ("pk",)),
    )
    filters = ClaimFilters
    search = _("number of the claim or the waybill")
    empty = _("No claim waits here. File one with “File a claim”, or from a case.")

    def rows(self, query: ListQuery) -> "QuerySet[Claim]":
        rows = claim_list(query.user, view=query.view, at=query.at, text=query.text)
        chosen = {name: query.values.get(name) for name in ("kind", "state")}
        return rows.filter(**{name: value for name, value in chosen.items() if value})


@admin.register(Claim)
class ClaimAdmin(ListAdmin, PanelAdmin):
    acts, entry = ACTS, FILE
    listing = ClaimList()
    add_label = _("File a claim")
    page_template = "claims/claim.html"

    def own_pages(self) -> Any:
        return [
            ("papers/<uuid:key>/", require_GET(self.paper_view), "paper"),
            ("beside/<str:model>/<int:key>/", require_GET(self.panel_view), "beside"),
            *super().own_pages(),
        ]

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Claim]":
        related = (
            "waybill",
            "customer",
            "unit",
            "owner",
            "rule",
            "case",
            "exception",
            "decided_by",
        )
        return Claim.objects.visible_to(person(request)).select_related(*related)

    def facts(self, request: HttpRequest, record: Claim) -> dict[str, Any]:
        at = timezone.now()
        decisions = {
            one.assessment_id: one for one in record.decisions.select_related("by", "limit")
        }
        assessments = [
            {"row": row, "steps": step_lines(row.steps), "decision": decisions.get(row.pk)}
            for row in record.assessments.select_related("by", "rule")
        ]
        left, over = left_to_pay(record, taken_sum(record))
        waiting = record.state == ClaimState.ASSESSED
        others = Claim.objects.filter(waybill=record.waybill_id).exclude(pk=record.pk)
        who_may = who_may_decide(record, at) if waiting else []
        acts, leads = self._acts(request, record, left=left, who_may=who_may)
        private = record.customer_id is None
        may_see_case = person(request).has_perm(CASES)
        return {
            "others": others.order_by("pk")[:5],
            "worth": worth_of(record) if waiting else None,
            "is_private": private,
            "account": private_payee_for(record) if private else None,
            "title": f"{record.number} · {record.get_kind_display()}",
            "acts": acts,
            "acts_lead": leads,
            "items": record.items.all(),
            "pictures": pictures_of(record.case) if may_see_case else (),
            "papers": record.papers.select_related("by"),
            "assessments": assessments,
            "who_may": who_may,
            "is_waiting": waiting,
            "payments": record.payments.select_related("planned_by", "released_by", "payout"),
            "recoveries": record.recoveries.select_related("carrier", "unit", "person"),
            "left": left,
            "over": over,
        }

    def _acts(
        self, request: HttpRequest, record: Claim, *, left: Decimal, who_may: list[Any]
    ) -> tuple[list[Act], bool]:
        """With the next one first, and whether it is this person's to do."""
        following = NEXT_ACT.get(ClaimState(record.state))
        acts = sorted(self.offered(request, record), key=lambda act: act.name != following)
        if not acts or acts[0].name != following:
            return acts, False
        if following == "approve":
            return acts, any(one.user == request.user for one in who_may)
        return acts, following != "plan" or left > 0

    def paper_view(self, request: HttpRequest, key: Any) -> HttpResponseBase:
        """Always a download: nothing that came from outside is shown by the browser itself."""
        must(request, VIEW)
        seen = Claim.objects.visible_to(person(request))
        paper = ClaimPaper.objects.filter(key=key, claim__in=seen).first()
        if paper is None:
            raise Http404
        try:
            with default_storage.open(paper.path) as opened:
                content: bytes = opened.read()
        except FileNotFoundError:
            raise Http404 from None
        return private_file(content, name=paper.name, content_type=paper.content_type)

    def panel_view(self, request: HttpRequest, model: str, key: int) -> HttpResponseBase:
        """The claims of a case, for its page."""
        must(request, VIEW)
        user = person(request)
        case = Case.objects.visible_to(user).filter(pk=key).first()
        if model != "complaints.case" or case is None:
            raise Http404
        return self.page(
            request, "claims/beside.html", gettext("Claims"), claims=claims_of_case(case), case=case,
            may_add=user.has_perm(FILE.permission),
        )  # fmt: skip
