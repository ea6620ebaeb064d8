"""Remittances: what is due, what two people release, what became of it (COD-7)."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from apps.accounts.acts import approval_acts
from apps.accounts.staff import person
from apps.backoffice.acts import Act, ActContext, BulkAct
from apps.backoffice.downloads import as_download
from apps.backoffice.forms import ReasonForm
from apps.backoffice.listing import ListAdmin
from apps.backoffice.queries.approvals import approval_part
from apps.backoffice.records import PanelAdmin
from apps.cod import services
from apps.cod.admin.remittance_list import RemittanceList
from apps.cod.approvals import REMITTANCE
from apps.cod.enums import HoldReason, RemittanceFile, RemittanceState, RowKind
from apps.cod.forms.remittances import MerchantForm, ReportForm, SinceForm, usual_span
from apps.cod.models import Remittance
from apps.cod.queries.remittance_figures import days_taken
from apps.cod.queries.remitting import plans_of
from apps.cod.queries.settlement_reports import sums_of
from apps.customers.models import Customer

PREPARE = "cod.prepare_remittance"
S = RemittanceState
LINES = 100


def _before_release(row: Remittance) -> bool:
    return row.state in (S.HELD, S.PREPARED)


def _is_prepared(row: Remittance) -> bool:
    return row.state == S.PREPARED


def _prepare(context: ActContext) -> Remittance:
    return services.prepare_now(merchant_id=context.typed["merchant"].pk, **context.who)


def _ask(context: ActContext) -> None:
    services.ask_release(remittance_id=context.record.pk, **context.who)


def _renew(context: ActContext) -> None:
    services.renew_payee(remittance_id=context.record.pk, **context.who)


def _withdraw(context: ActContext) -> None:
    services.withdraw_remittance(remittance_id=context.record.pk, **context.typed, **context.who)


def _download(context: ActContext) -> HttpResponseBase:
    name, file = services.export_remittance(
        remittance_id=context.record.pk, form=RemittanceFile(context.typed["form"]), **context.who
    )
    return as_download(file, name)


@admin.register(Remittance)
class RemittanceAdmin(ListAdmin, PanelAdmin):
    listing = RemittanceList()
    page_template = "cod/remittance.html"
    add_label = _("Prepare one now")
    entry = Act(
        "prepare", _("Prepare one now"), PREPARE, _prepare, form=MerchantForm,
        explains=_("Outside the merchant's cycle, of money that is on the bank by its terms."),
        done=_("Prepared. Ask for its release."),
    )  # fmt: skip
    acts = (
        Act("ask", _("Ask for its release"), PREPARE, _ask, may=_is_prepared,
            explains=_("Two people of different departments who did not ask decide, each with a code."),
            done=_("Asked. It waits for two approvals.")),
        *approval_acts(REMITTANCE, "cod.release_remittance", approve=services.approve_remittance,
                       refuse=services.refuse_remittance, may=_is_prepared),
        Act("renew", _("Renew the payout account"), PREPARE, _renew, may=_before_release,
            explains=_("Takes the account that is in use now. Another one makes approvals void."),
            done=_("Looked up.")),
        Act("withdraw", _("Withdraw it"), PREPARE, _withdraw, form=ReasonForm, danger=True,
            may=_before_release, explains=_("Its money is on the bank again, for another remittance."),
            done=_("Withdrawn.")),
        Act("download", _("Download the settlement report"), "cod.export_remittance", _download,
            form=ReportForm, is_panel=True),
    )  # fmt: skip
    bulk_acts = (
        BulkAct("ask", _("Ask for release"), PREPARE, _ask,
                explains=_("Two people of different departments who did not ask decide, each with a code.")),
    )  # fmt: skip

    def own_pages(self) -> list[tuple[str, Any, str]]:
        return [
            ("due/", require_GET(self.due_view), "due"),
            ("pace/", require_GET(self.pace_view), "pace"),
            *super().own_pages(),
        ]

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Remittance]":
        return Remittance.objects.visible_to(person(request)).select_related(
            "merchant", "payee", "account", "payout", "terms"
        )

    def facts(self, request: HttpRequest, record: Remittance) -> dict[str, Any]:
        after = request.GET.get("after", "")
        start = int(after) if after.isascii() and after.isdigit() and len(after) < 9 else 0
        rows = list(record.rows.filter(n__gt=start).select_related("statement")[: LINES + 1])
        return {
            "title": record.number,
            "state": S(record.state),
            "held": HoldReason(record.hold_reason) if record.hold_reason else None,
            "sums": sums_of(record),
            "lines": [(row, RowKind(row.kind)) for row in rows[:LINES]],
            "more": rows[LINES - 1].n if len(rows) > LINES else "",
            "approval": approval_part(REMITTANCE, record),
            "acts": self.offered(request, record),
        }

    def due_view(self, request: HttpRequest) -> HttpResponseBase:
        """What would be paid to whom on a day, and what is carried: nothing is saved."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        at = timezone.now()
        day = parse_date(request.GET.get("day", "")[:10]) or timezone.localdate(at)
        seen = set(Customer.objects.visible_to(person(request)).values_list("pk", flat=True))
        plans = [plan for plan in plans_of(day, at) if plan.merchant.pk in seen]
        paid = [plan for plan in plans if plan.settlement.rows]
        return self.page(
            request, "cod/remittances_due.html", _("Due to merchants"),
            day=day,
            plans=plans,
            total=sum((plan.settlement.payout for plan in paid), 0),
            carried=sum((plan.settlement.carried for plan in plans), 0),
        )  # fmt: skip

    def pace_view(self, request: HttpRequest) -> HttpResponseBase:
        """Door to bank to merchant in days: over all, per merchant, per station."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        form = SinceForm(request.GET)
        problem = "" if form.is_valid() else str(next(iter(form.errors.values()))[0])
        span = usual_span() if problem else form.cleaned_data
        user = person(request)
        tables = [
            (title, days_taken(by, span["since"], span["until"], user))
            for by, title in (
                ("all", gettext("Together")),
                ("merchant", gettext("Per merchant")),
                ("station", gettext("Per station")),
            )
        ]
        return self.page(
            request, "cod/pace.html", _("From the door to the merchant, in days"),
            tables=tables, problem=problem, **span,
        )  # fmt: skip
