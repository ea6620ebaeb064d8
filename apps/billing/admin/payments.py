"""Receipts with what they settled, and cheques."""

from typing import Any
from uuid import uuid4

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from apps.accounts.staff import person
from apps.backoffice.acts import Act, ActContext
from apps.backoffice.forms import ReasonForm
from apps.backoffice.records import PanelAdmin, RecordAdmin
from apps.billing import services
from apps.billing.enums import ChequeState, ReceiptSource
from apps.billing.forms import (
    AllocateForm,
    ChequeForm,
    ClearedForm,
    CollectForm,
    IdentifyForm,
    ReceiptForm,
)
from apps.billing.models import Allocation, Cheque, Receipt
from apps.billing.queries.owing import owed_by
from apps.billing.queries.paying import receipts_for
from apps.billing.states import CHEQUE_MOVES
from apps.ledger.enums import AccountKind, PartyKind
from apps.ledger.inputs import Party, Side

TAKE, HANDLE = "billing.take_receipt", "billing.handle_cheque"


def _take(context: ActContext) -> Receipt:
    """Cash lies at a station; what an offset is against is cleared up in the ledger."""
    typed = dict(context.typed)
    unit = typed.pop("station")
    debit = Side(AccountKind.PENDING_DIFFERENCES)
    if typed["source"] == ReceiptSource.CASH:
        debit = Side(AccountKind.STATION_CASH, Party(PartyKind.STATION, unit.pk, unit.name))
    key = f"form:{uuid4().hex}"
    return services.take_receipt(source_key=key, debit=debit, **typed, **context.who)


def _identify(context: ActContext) -> None:
    services.identify_receipt(receipt_id=context.record.pk, **context.typed, **context.who)


def _allocate(context: ActContext) -> None:
    services.allocate(
        receipt_id=context.record.pk,
        statement_id=int(context.typed["statement"]),
        amount=context.typed["amount"],
        **context.who,
    )


def _allocate_oldest(context: ActContext) -> str:
    done = services.allocate_oldest(payer_id=context.record.payer_id, **context.who)
    return ngettext("%(n)d statement settled.", "%(n)d statements settled.", len(done)) % {
        "n": len(done)
    }


def _undo(context: ActContext) -> None:
    services.undo_allocation(allocation_id=context.row.pk, **context.typed, **context.who)


def _cancel(context: ActContext) -> None:
    services.cancel_receipt(receipt_id=context.record.pk, **context.typed, **context.who)


def _owed(context: ActContext) -> dict[str, Any]:
    return {"owed": [one for one in owed_by(context.record.payer_id) if one.owed > 0]}


def _is_known(receipt: Receipt) -> bool:
    return receipt.payer_id is not None and receipt.cancelled_at is None


def _is_unknown(receipt: Receipt) -> bool:
    return receipt.payer_id is None and receipt.cancelled_at is None


def _is_taken_by_hand(receipt: Receipt) -> bool:
    """What a bank line or a cheque brought is taken back there."""
    by_hand = (ReceiptSource.CASH, ReceiptSource.OFFSET, ReceiptSource.OPENING)
    return receipt.source in by_hand and receipt.cancelled_at is None


def _in_force(allocation: Allocation) -> bool:
    return allocation.reverses_id is None and not hasattr(allocation, "reversed_by")


@admin.register(Receipt)
class ReceiptAdmin(PanelAdmin):
    list_display = ("day", "payer", "amount", "came_as", "reference")
    list_filter = ("source", ("payer", admin.EmptyFieldListFilter))
    list_select_related = ("payer",)
    search_fields = ("reference", "payer__search_text")
    search_help_text = _("reference or payer")
    ordering = ("-day", "-id")
    page_template = "billing/receipt.html"
    entry = Act("take", _("Take money"), TAKE, _take, form=ReceiptForm, done=_("Taken."),
                explains=_("Cash and offsets are entered here; they go to the payer's advance."))  # fmt: skip
    acts = (
        Act("identify", _("Whose money it is"), TAKE, _identify, form=IdentifyForm,
            may=_is_unknown, is_panel=True, done=_("The payer is known now.")),
        Act("allocate", _("Settle a statement"), TAKE, _allocate, form=AllocateForm,
            options=_owed, may=_is_known, is_panel=True, done=_("Settled.")),
        Act("oldest", _("Settle the oldest first"), TAKE, _allocate_oldest, may=_is_known,
            is_panel=True),
        Act("undo", _("Undo"), TAKE, _undo, form=ReasonForm, rows="allocations", may=_in_force,
            done=_("Undone. It is owed again."), danger=True),
        Act("cancel", _("It was no money"), TAKE, _cancel, form=ReasonForm, danger=True,
            may=_is_taken_by_hand, is_panel=True,
            done=_("Cancelled. What it settled is owed again.")),
    )  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Receipt]":
        found: QuerySet[Receipt] = Receipt.objects.visible_to(person(request))
        return found.select_related("payer", "taken_by")

    @admin.display(description=_("paid by"), ordering="source")
    def came_as(self, receipt: Receipt) -> SafeString:
        return self.tag(ReceiptSource(receipt.source))

    def facts(self, request: HttpRequest, receipt: Receipt) -> dict[str, Any]:
        rows = list(receipt.allocations.select_related("statement", "reversed_by", "by"))
        spent = sum((-row.amount if row.reverses_id else row.amount) for row in rows)
        return {
            "title": str(receipt),
            "source": ReceiptSource(receipt.source),
            "allocations": [(row, _in_force(row)) for row in rows],
            "rest": receipt.amount - spent,
            "may_undo": request.user.has_perm(TAKE),
        }


def _can_become(state: ChequeState) -> Any:
    return lambda cheque: CHEQUE_MOVES.allows(cheque.state, state)


def _note(context: ActContext) -> Cheque:
    return services.note_cheque(**context.typed, **context.who)


def _collect(context: ActContext) -> None:
    services.collect_cheque(cheque_id=context.record.pk, **context.typed, **context.who)


def _present(context: ActContext) -> None:
    services.present_cheque(cheque_id=context.record.pk, **context.who)


def _clear(context: ActContext) -> None:
    """The money comes with the bank's file; until its line is matched it is in transit."""
    debit = Side(AccountKind.CASH_IN_TRANSIT)
    services.clear_cheque(cheque_id=context.record.pk, debit=debit, **context.typed, **context.who)


def _lines_of(context: ActContext) -> dict[str, Any]:
    return {"receipts": receipts_for(context.record)}


def _bounce(context: ActContext) -> None:
    services.bounce_cheque(cheque_id=context.record.pk, **context.typed, **context.who)


def _lapse(context: ActContext) -> None:
    services.lapse_cheque(cheque_id=context.record.pk, **context.typed, **context.who)


@admin.register(Cheque)
class ChequeAdmin(RecordAdmin):
    list_display = ("payer", "amount", "collect_on", "number", "bank", "drawn_on", "stands")
    list_filter = ("state", "collect_on")
    list_select_related = ("payer",)
    search_fields = ("number", "payer__search_text")
    ordering = ("collect_on", "id")
    entry = Act("note", _("Note a cheque to collect"), HANDLE, _note, form=ChequeForm,
                done=_("On the round of that day."))  # fmt: skip
    acts = (
        Act("collect", _("I have it"), HANDLE, _collect, form=CollectForm,
            may=_can_become(ChequeState.IN_HAND), done=_("In hand."), in_list=True),
        Act("present", _("It is with the bank"), HANDLE, _present,
            may=lambda cheque: cheque.state == ChequeState.IN_HAND, done=_("Presented."), in_list=True),
        Act("clear", _("The bank has paid"), TAKE, _clear, form=ClearedForm, options=_lines_of,
            may=_can_become(ChequeState.CLEARED), done=_("Cleared: it is a receipt now.")),
        Act("bounce", _("The bank did not pay"), TAKE, _bounce, form=ReasonForm, danger=True,
            may=_can_become(ChequeState.BOUNCED), done=_("Bounced. What it settled is owed again.")),
        Act("lapse", _("It does not come"), HANDLE, _lapse, form=ReasonForm, danger=True,
            may=_can_become(ChequeState.LAPSED), done=_("Lapsed.")),
    )  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Cheque]":
        found: QuerySet[Cheque] = Cheque.objects.visible_to(person(request))
        return found.select_related("payer")

    @admin.display(description=_("state"), ordering="state")
    def stands(self, cheque: Cheque) -> SafeString:
        return self.tag(ChequeState(cheque.state))
