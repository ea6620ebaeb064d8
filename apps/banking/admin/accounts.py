"""Accounts of ours: masked, revealed with a reason, assigned; their files, gaps and reconciliation."""

from datetime import date, timedelta
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from apps.accounts.staff import person
from apps.backoffice.acts import Act, ActContext, on_subject
from apps.backoffice.forms import ReasonForm
from apps.backoffice.records import PanelAdmin
from apps.backoffice.staff_admin import must
from apps.banking import forms, queries, services
from apps.banking.enums import ASSIGNED_FOR, AccountPurpose, AccountState, FileState
from apps.banking.models import BankAccount

CHANGE, ASSIGN, TAKE = (
    "banking.change_bankaccount",
    "banking.add_accountassignment",
    "banking.take_bankfile",
)
MOST_POSTED_AT_ONCE = 2_000


def _enter(context: ActContext) -> BankAccount:
    values = context.typed
    return services.open_account(number=values.pop("number"), values=values, **context.who)


def _change(context: ActContext) -> None:
    services.change_account(context.record, context.typed, **context.who)


def _assign(context: ActContext) -> None:
    typed = dict(context.typed)
    purpose = AccountPurpose(typed.pop("purpose"))
    services.assign_account(account=context.record, purpose=purpose, **typed, **context.who)


def _given(context: ActContext) -> dict[str, Any]:
    file = context.typed["file"]
    return {
        "account": context.record,
        "content": file.content,
        "name": file.name,
        "layout": context.typed["layout"],
    }


def _look(context: ActContext) -> dict[str, Any]:
    return {
        "preview_template": "banking/_preview.html",
        "found": services.preview_file(**_given(context)),
    }


def _take(context: ActContext) -> HttpResponseBase:
    file = services.take_file(**_given(context), **context.who)
    if file.state == FileState.TAKEN and file.lines_new <= MOST_POSTED_AT_ONCE:
        services.post_file(file, **context.who)
    return redirect("admin:banking_bankfile_change", file.pk)


def _go_live(context: ActContext) -> HttpResponseBase:
    file = context.typed["file"]
    given = {"content": file.content, "name": file.name, "day": context.typed["day"]}
    services.take_opening(**given, totals=context.form.totals(), **context.who)
    return redirect("admin:ledger_account_trial")


def _is_open(account: BankAccount) -> bool:
    return account.state == AccountState.OPEN


def _now(context: ActContext) -> dict[str, Any]:
    purpose = context.record.purpose
    return {"since": context.at, "purpose": purpose if purpose in dict(ASSIGNED_FOR) else "freight"}


def _values(context: ActContext) -> dict[str, Any]:
    return {name: getattr(context.record, name) for name in forms.ChangeAccountForm.base_fields}


ENTER = Act("enter", _("Enter an account of ours"), "banking.add_bankaccount", _enter,
    explains=_("Customers pay into it once it is assigned."), done=_("The account is entered."),
    form=forms.AccountForm)  # fmt: skip
GO_LIVE = Act("go-live", _("Take over opening balances"), CHANGE, _go_live, form=forms.GoingLiveForm,
    explains=_("Receivables, advances, bank balances and COD not yet paid out, from the old books: every row is"
               " posted, or none if a row cannot be read or a total differs."))  # fmt: skip
ACTS = (
    Act("take-file", _("Take in a bank file"), TAKE, _take, form=forms.FileForm, preview=_look,
        explains=_("Look at it first: the preview shows what is new and what does not add up. A file"
                   " whose balances contradict it is held, and none of its lines are in.")),
    Act("reveal", _("Show the number"), "banking.reveal_bankaccount", on_subject(services.reveal_number), form=ReasonForm,
        explains=_("In clear, this once; your reason is on record."), shows="backoffice/shown_once.html"),
    Act("assign", _("Assign it"), ASSIGN, _assign, form=forms.AssignForm, may=_is_open, initial=_now,
        explains=_("From then on these customers are told to pay into this account. Whoever is told another"
                   " account now is told this one by an account change only."),
        done=_("The account is assigned.")),
    Act("opening", _("Enter the opening balance"), CHANGE, on_subject(services.post_opening), form=forms.OpeningForm,
        explains=_("What stood on the account at the end of the day before its first line. Once."),
        done=_("The opening balance is posted.")),
    Act("change", _("Change"), CHANGE, _change, form=forms.ChangeAccountForm, initial=_values,
        done=_("Changed.")),
    Act("close", _("Close the account"), CHANGE, on_subject(services.close_account), form=ReasonForm, may=_is_open, danger=True,
        done=_("The account is closed.")),
)  # fmt: skip


@admin.register(BankAccount)
class BankAccountAdmin(PanelAdmin):
    acts, entry = ACTS, ENTER
    page_template = "banking/account.html"
    # On the list of what happened to accounts.
    timeline_without = ("bankaccount.viewed",)
    list_display = ("name", "masked_number", "bank", "purpose_tag", "state_tag")
    list_filter = ("state", "purpose")
    search_fields = ("name", "bank")
    search_help_text = _("called")
    ordering = ("state", "name")

    def own_pages(self) -> list[tuple[str, Any, str]]:
        return [
            ("<int:key>/reconcile/", require_GET(self.reconcile_view), "reconcile"),
            ("going-live/", self.opening_view, "opening"),
        ]

    def opening_view(self, request: HttpRequest) -> HttpResponseBase:
        must(request, CHANGE)
        return self.answer(request, GO_LIVE, self.act_context(request, None))

    @admin.display(description=_("account number"))
    def masked_number(self, account: BankAccount) -> str:
        return account.masked

    @admin.display(description=_("purpose"), ordering="purpose")
    def purpose_tag(self, account: BankAccount) -> SafeString:
        return self.tag(AccountPurpose(account.purpose))

    @admin.display(description=_("state"), ordering="state")
    def state_tag(self, account: BankAccount) -> SafeString:
        return self.tag(AccountState(account.state))

    def show_record(self, request: HttpRequest, record: BankAccount) -> HttpResponseBase:
        services.note_view(record, by=person(request), at=timezone.now())
        return super().show_record(request, record)

    def facts(self, request: HttpRequest, record: BankAccount) -> dict[str, Any]:
        return {
            "title": str(record),
            "acts": self.offered(request, record),
            "state": AccountState(record.state),
            "purpose": AccountPurpose(record.purpose),
            "assignments": queries.assignments_of(record),
            "files": record.files.order_by("-id")[:20],
            "gaps": queries.gaps_of(record),
            "children": record.children.all(),
            "month_end": timezone.localdate().replace(day=1) - timedelta(days=1),
        }

    def reconcile_view(self, request: HttpRequest, key: int) -> HttpResponseBase:
        """``?day=2026-11-30``: 银行存款余额调节表."""
        must(request, "banking.view_bankaccount")
        account = self.seen(request, key)
        try:
            day = date.fromisoformat(request.GET.get("day", ""))
        except ValueError:
            day = timezone.localdate()
        found = queries.reconcile(account, day)
        lists = (
            (
                _("Received by the bank, not in the ledger"),
                found.bank_received,
                "admin:banking_bankline_change",
            ),
            (
                _("Paid by the bank, not in the ledger"),
                found.bank_paid,
                "admin:banking_bankline_change",
            ),
            (
                _("Received in the ledger, not at the bank"),
                found.book_received,
                "admin:ledger_entry_change",
            ),
            (
                _("Paid in the ledger, not at the bank"),
                found.book_paid,
                "admin:ledger_entry_change",
            ),
        )
        context = {"account": account, "found": found, "lists": lists, "day": day}
        return self.page(request, "banking/reconcile.html", _("Bank reconciliation"), **context)
