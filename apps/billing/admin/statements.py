"""Statements: the month's list, a payer's month with everything about it, finance's desk (BIL-2, BIL-3)."""

from decimal import Decimal
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet, Sum
from django.http import HttpRequest
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from apps.accounts.staff import person
from apps.backoffice.acts import Act, BulkAct
from apps.backoffice.bulk import BulkAdmin
from apps.backoffice.forms import ReasonForm
from apps.backoffice.records import PanelAdmin
from apps.billing.admin import statement_runs as runs
from apps.billing.admin.ages import AgeFilter
from apps.billing.admin.board import BoardPages
from apps.billing.admin.finance_desk import EXPORT
from apps.billing.admin.statement_runs import FINANCE, SERVICE
from apps.billing.enums import (
    AllocationKind,
    BlockerKind,
    ChargeKind,
    Side,
    StatementState,
    WriteOffState,
)
from apps.billing.forms import (
    AgreedForm,
    CorrectForm,
    DisputeForm,
    FileForm,
    InvoiceKindForm,
    MonthForm,
    WriteOffForm,
)
from apps.billing.models import Statement
from apps.billing.queries.compensation import compensation_of
from apps.billing.queries.invoicing import invoiceable
from apps.billing.queries.lines import lines_of, paid_at_the_door, parts_of
from apps.billing.queries.owing import owed_on
from apps.billing.rules.words import in_words
from apps.billing.states import STATEMENT_MOVES

FREEZE, CONFIRM = "billing.freeze_statement", "billing.confirm_statement"
WAIVE, ASK = "billing.waive_blocker", "billing.request_invoice"
# Where a blocker's cause is looked at.
CAUSES = {
    BlockerKind.EXCEPTION: "admin:quality_exceptionreport_change",
    BlockerKind.CASE: "admin:complaints_case_change",
    BlockerKind.RECEIPT: "admin:tracking_returndocument_change",
    BlockerKind.UNRATED: "admin:billing_shipmentrating_change",
    BlockerKind.DISPUTE: "admin:billing_dispute_change",
    BlockerKind.CLAIM: "admin:claims_claim_change",
}


def _can_become(state: StatementState) -> Any:
    return lambda statement: STATEMENT_MOVES.allows(statement.state, state)


def _reviews(side: Side) -> Any:
    may = _can_become(StatementState.REVIEWED)
    return lambda statement: may(statement) and statement.issued_by_side != side


def _sends(side: Side) -> Any:
    may = _can_become(StatementState.SENT)
    return lambda statement: may(statement) and statement.issued_by_side == side


def _is_sent(statement: Statement) -> bool:
    return statement.state == StatementState.SENT


def _is_with_customer(statement: Statement) -> bool:
    return statement.state in (StatementState.SENT, StatementState.CONFIRMED)


def _review_act(name: str, side: Side, permission: str) -> Act:
    return Act(
        name, _("Reviewed: it is right"), permission, runs.review(side), may=_reviews(side),
        done=_("Reviewed. The other side can send it."), is_panel=True,
        explains=_("What stands in its way is looked for again and reported with it."),
    )  # fmt: skip


def _send_act(name: str, side: Side, permission: str) -> Act:
    return Act(
        name, _("Send it to the payer"), permission, runs.send(side), may=_sends(side),
        done=_("Sent. It runs out by the settlement cycle."), is_panel=True,
        explains=_("By the payer's channel, with a private link. It cannot be opened again then."),
    )  # fmt: skip


@admin.register(Statement)
class StatementAdmin(BoardPages, BulkAdmin, PanelAdmin):
    list_display = (
        "shown_month",
        "payer",
        "number",
        "shown_charged",
        "shown_closing",
        "due_on",
        "stands",
    )
    list_filter = ("state", "period", AgeFilter, "issued_by_side")
    list_select_related = ("bill_to", "station")
    search_fields = ("number", "bill_to__search_text")
    search_help_text = _("payer or number")
    ordering = ("-period", "-id")
    page_template = "billing/statement.html"
    entry = Act(
        "freeze-month", _("Close a month"), FREEZE, runs.close_month, form=MonthForm,
        explains=_("A job freezes every open statement of a month that is over, key customers first. "
                   "Running it again changes nothing; late charges go into the open month."),
    )  # fmt: skip
    acts = (
        Act("freeze", _("Freeze it"), FREEZE, runs.freeze, may=_can_become(StatementState.FROZEN),
            is_panel=True),
        _review_act("review-service", Side.SERVICE, SERVICE),
        _review_act("review-finance", Side.FINANCE, FINANCE),
        _send_act("send-service", Side.SERVICE, SERVICE),
        _send_act("send-finance", Side.FINANCE, FINANCE),
        Act("confirm", _("The customer agrees"), CONFIRM, runs.confirm, form=AgreedForm, may=_is_sent,
            done=_("Agreed."), is_panel=True),
        Act("invoice", _("Ask for an invoice"), ASK, runs.ask_invoice, form=InvoiceKindForm,
            may=_is_with_customer, is_panel=True,
            explains=_("On all that is neither disputed nor invoiced yet.")),
        Act("download", _("Download it"), EXPORT, runs.download, form=FileForm, is_panel=True,
            explains=_("A long one is made by a job, and fetched on its page.")),
        Act("small", _("Give up a small difference"), "billing.take_receipt", runs.settle_small,
            form=ReasonForm, may=_is_with_customer, is_panel=True, danger=True,
            done=_("Settled.")),
        Act("write-off", _("Ask for a write-off"), "billing.ask_write_off", runs.ask_write_off,
            form=WriteOffForm, may=_is_with_customer, is_panel=True, danger=True,
            explains=_("Two people who did not ask approve it: a manager, and the general manager or"
                       " a deputy. A payment meanwhile makes it void.")),
        Act("reopen", _("Open it again"), FINANCE, runs.reopen, form=ReasonForm, danger=True,
            may=_can_become(StatementState.OPEN), is_panel=True,
            done=_("Open: it takes charges again and is frozen anew.")),
        Act("waive", _("Send it in spite of this"), WAIVE, runs.waive_blocker, form=ReasonForm, rows="blockers",
            may=lambda blocker: blocker.waived_at is None, done=_("Waived, with your reason.")),
        Act("dispute", _("The customer disputes this line"), SERVICE, runs.dispute_line, form=DisputeForm,
            rows="charges", may=lambda charge: charge.gross > 0 and charge.corrects_id is None,
            done=_("Disputed. The rest stays payable.")),
        Act("correct", _("Correct this line"), FINANCE, runs.correct_line, form=CorrectForm, rows="charges",
            done=_("Corrected, in the payer's open month.")),
    )  # fmt: skip
    bulk_acts = (
        BulkAct("send", _("Send to the payers"), "billing.view_statement", runs.send_by_its_side,
                explains=_("Those that are reviewed and that nothing stands in the way of.")),
    )  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Statement]":
        found: QuerySet[Statement] = Statement.objects.visible_to(person(request))
        return found.select_related("bill_to", "station")

    @admin.display(description=_("month"), ordering="period")
    def shown_month(self, statement: Statement) -> str:
        return f"{statement.period:%Y-%m}"

    @admin.display(description=_("payer"))
    def payer(self, statement: Statement) -> str:
        return statement.payer_name

    @admin.display(description=_("charges"))
    def shown_charged(self, statement: Statement) -> Any:
        return _amount(statement.charged)

    @admin.display(description=_("closing balance"))
    def shown_closing(self, statement: Statement) -> Any:
        return _amount(statement.closing)

    @admin.display(description=_("state"), ordering="state")
    def stands(self, statement: Statement) -> SafeString:
        return self.tag(StatementState(statement.state))

    def facts(self, request: HttpRequest, statement: Statement) -> dict[str, Any]:
        user = request.user
        text, kind = request.GET.get("q", "")[:20], request.GET.get("kind", "")
        after = request.GET.get("after", "")
        lines, more = lines_of(
            statement,
            text=text,
            kind=kind if kind in ChargeKind.values else "",
            after=int(after) if after.isdigit() and len(after) < 19 else 0,
        )
        there = parts_of(statement)
        owed = statement.charged
        if "allocations" in there:
            owed = owed_on([statement.pk])[statement.pk].owed

        def of(name: str) -> Any:
            """Its rows of that name; where there are none nobody is asked again."""
            rows = getattr(statement, name)
            return rows.all() if name in there else rows.none()

        door = of("door_payments")
        rest = sum((part.gross for part in invoiceable([statement.pk])), Decimal(0))
        return {
            "title": f"{statement.period:%Y-%m} {statement.payer_name}",
            "state": StatementState(statement.state),
            "side": Side(statement.issued_by_side),
            "totals": statement.totals.select_related("tax_class"),
            "words": in_words(statement.closing) if statement.closing is not None else "",
            "blockers": [(one, BlockerKind(one.kind), _cause(one)) for one in of("blockers")],
            "disputes": of("disputes").select_related("charge"),
            "invoices": [line.invoice for line in of("invoice_lines").select_related("invoice")],
            "papers": of("papers"),
            "allocations": of("allocations")
            .exclude(kind=AllocationKind.DOOR)
            .select_related("receipt", "by"),
            "door": door.aggregate(sum=Sum("amount"))["sum"],
            "door_lines": paid_at_the_door(statement, lines) if "door_payments" in there else (),
            "write_offs": [(one, WriteOffState(one.state)) for one in of("write_offs")],
            "compensation": compensation_of(statement),
            "owed": owed,
            "to_invoice": rest,
            "lines": lines,
            "more": more,
            "asked": text,
            "kind": kind,
            "kinds": ChargeKind.choices,
            "may_waive": user.has_perm(WAIVE),
            "may_dispute": user.has_perm(SERVICE) and _is_sent(statement),
            "may_correct": user.has_perm(FINANCE),
        }


def _cause(blocker: Any) -> str:
    """Where it is looked at; "" where it has no page."""
    name = CAUSES.get(BlockerKind(blocker.kind))
    return reverse(name, args=[blocker.subject_id]) if name else ""


def _amount(value: Decimal | None) -> Any:
    return "—" if value is None else f"{value:,.2f}"
