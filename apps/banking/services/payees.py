"""Accounts that we pay into, from the request until they are used or stopped (COD-6).

The customer's row is locked first, then the account: so a request, an approval, a stop and the end of the
waiting time stand in one line, and a payout that is being released waits for them.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import IO, TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.core.files.base import File
from django.db import transaction
from django.utils.translation import gettext as _

from apps.backoffice.enums import ApprovalState
from apps.backoffice.queries.approvals import live_request
from apps.backoffice.services import approvals as engine
from apps.banking.approvals import PAYEE
from apps.banking.enums import NameCheck, PayeePaperKind, PayeeState, PayoutPurpose
from apps.banking.models import BankAccount, PayeeAccount, PayeePaper
from apps.banking.models.payees import UNDER_WAY
from apps.banking.rules import ACCOUNT_NUMBER, bank_of_cnaps, odd_signs, payee_number, same_name
from apps.banking.states import PAYEE_MOVES
from apps.core.crypto import blind_index
from apps.core.errors import BadInput, RuleBroken
from apps.core.files.scans import check_document
from apps.core.storage import all_or_nothing
from apps.core.text import required_text
from apps.customers.models import Customer
from apps.events.services import record

if TYPE_CHECKING:
    from apps.accounts.models import User

RULE = "COD-6"
FIELDS = ("holder", "bank", "branch", "cnaps", "meanwhile")


@dataclass(frozen=True, slots=True)
class Paper:
    """A scan that is handed in with a request."""

    kind: PayeePaperKind
    file: IO[bytes]
    name: str


def request_payee(
    customer: Customer,
    *,
    number: str,
    values: Mapping[str, Any],
    papers: Iterable[Paper],
    purpose: str = PayoutPurpose.COD,
    source_key: str = "",
    by: "User",
    at: datetime,
) -> PayeeAccount:
    """Ask for an account to be paid to, with the signed request as a scan. Nothing is paid to it before it was
    called back, approved by two people and waited for. BadInput names the field; a request that came with the
    same ``source_key`` before is given back as it is."""
    with all_or_nothing(), transaction.atomic():
        row = Customer.objects.select_for_update(of=("self",)).get(pk=customer.pk)
        plain = read_number(number)
        index = blind_index(plain, ACCOUNT_NUMBER)
        if source_key:
            before = row.payee_accounts.filter(source_key=source_key).first()
            if before is not None:
                return _same(before, index)
        _check_free(row, purpose, index)
        given = list(papers)
        payee = PayeeAccount(
            customer=row,
            purpose=purpose,
            version=row.payee_accounts.filter(purpose=purpose).count() + 1,
            number=plain,
            number_index=index,
            tail=plain[-4:],
            requested_at=at,
            source_key=source_key,
            created_by_id=by.pk,
        )
        fill(payee, values)
        payee.name_check = _check_name(payee.holder, row, {paper.kind for paper in given})
        payee.save()
        _attach(payee, given, by=by, at=at)
        record("payee.requested", payee, by=by, at=at, data=about(payee))
    return payee


def stop_payee(payee: PayeeAccount, *, reason: str, by: "User", at: datetime) -> PayeeAccount:
    """Nothing is paid to it from now on, for good: the customer says it is not theirs, or something is odd
    about it. The account before it, if it is in use, stays in use."""
    with transaction.atomic():
        row = locked(payee)
        was = row.state
        end(row, PayeeState.STOPPED, reason=reason, by=by, at=at)
        record(
            "payee.stopped",
            row,
            by=by,
            at=at,
            data={**about(row), "was": was, "reason": row.over_reason},
        )
    return row


@transaction.atomic
def end_payee(payee: PayeeAccount, *, reason: str, by: "User", at: datetime) -> PayeeAccount:
    """One that is in use is not any more, without another in its place: money due is held."""
    row = locked(payee)
    end(row, PayeeState.ENDED, reason=reason, by=by, at=at)
    record("payee.ended", row, by=by, at=at, data={**about(row), "reason": row.over_reason})
    return row


@transaction.atomic
def reveal_payee(payee: PayeeAccount, *, reason: str, by: "User", at: datetime) -> str:
    """The number in clear, to who says why; the reason is on record."""
    why = required_text(reason)
    record("payee.revealed", payee, by=by, at=at, data={"reason": why})
    return clear_number(payee)


def clear_number(payee: PayeeAccount) -> str:
    """The number to pay to. Raises RuleBroken (``number_swapped``) where it is not the one that was entered: it
    can be read and written with the database's rights, its fingerprint cannot be made there."""
    number: str = payee.number
    if blind_index(number, ACCOUNT_NUMBER) != payee.number_index:
        raise RuleBroken(
            _(
                "The number of this payout account is not the one that was entered. Tell the safety officer."
            ),
            code="number_swapped",
            rule=RULE,
        )
    return number


def locked(payee: PayeeAccount) -> PayeeAccount:
    """The account, locked behind its customer, if it is a customer's."""
    if payee.customer_id is None:
        return PayeeAccount.objects.select_for_update(of=("self",)).get(pk=payee.pk)
    customer = Customer.objects.select_for_update(of=("self",)).get(pk=payee.customer_id)
    row = PayeeAccount.objects.select_for_update(of=("self",)).get(pk=payee.pk)
    row.customer = customer
    return row


def end(row: PayeeAccount, to: PayeeState, *, reason: str, by: "User", at: datetime) -> None:
    """Move a locked row to one of the states in which it is over; nobody is asked to approve it any more."""
    PAYEE_MOVES.check(PayeeState(row.state), to)
    asked = live_request(PAYEE, row)
    if asked is not None and asked.state == ApprovalState.OPEN:
        engine.withdraw_approval(kind=PAYEE, subject=row, reason=reason, by=by, at=at)
    row.state, row.over_reason, row.over_at, row.over_by_id = to, required_text(reason), at, by.pk
    row.save(update_fields=["state", "over_reason", "over_at", "over_by"])


def about(payee: PayeeAccount) -> dict[str, Any]:
    """What its events say: no number, no name."""
    return {"customer": payee.customer_id, "purpose": payee.purpose, "tail": payee.tail}


def read_number(typed: str) -> str:
    plain = payee_number(typed)
    if not plain:
        raise BadInput(
            _(
                "An account number has 9 to 32 digits and no letters. Compare it with the bank's paper."
            ),
            code="bad_number",
            field="number",
            rule=RULE,
        )
    return plain


def _same(before: PayeeAccount, index: str) -> PayeeAccount:
    if before.number_index != index:
        raise RuleBroken(
            _("This key was used for the request of another account."),
            code="source_used",
            field="source_key",
            rule=RULE,
        )
    return before


def _check_free(customer: Customer, purpose: str, index: str) -> None:
    """One on the way at a time; neither the one in use nor an account of ours."""
    rows = customer.payee_accounts.filter(purpose=purpose)
    if rows.filter(state__in=UNDER_WAY).exists():
        raise RuleBroken(
            _("Another payout account of this customer is on its way. Finish or stop that first."),
            code="payee_under_way",
            rule=RULE,
        )
    if rows.filter(state=PayeeState.ACTIVE, number_index=index).exists():
        raise BadInput(
            _("This account is in use for the customer already."),
            code="number_known",
            field="number",
        )
    if BankAccount.objects.filter(number_index=index).exists():
        raise BadInput(_("This is an account of ours."), code="number_ours", field="number")


def fill(payee: PayeeAccount, values: Mapping[str, Any]) -> None:
    unknown = set(values) - set(FIELDS)
    if unknown:
        raise TypeError(f"{sorted(unknown)} cannot be set here")
    for name, value in values.items():
        setattr(payee, name, " ".join(str(value).split()))
    try:
        # A private person's has no customer; whose it is says the caller, not the form.
        payee.clean_fields(exclude=["source_key", "name_check", "customer", "unit"])
    except ValidationError as error:
        field, found = next(iter(error.message_dict.items()))
        label = payee._meta.get_field(field).verbose_name  # type: ignore[union-attr]  # plain fields
        raise BadInput(f"{label}: {found[0]}", code="bad_value", field=field, rule=RULE) from error
    if (payee.cnaps or payee.customer_id) and bank_of_cnaps(payee.cnaps) is None:
        text = _("No bank's CNAPS codes begin with %(code)s.") % {"code": payee.cnaps[:3]}
        raise BadInput(text, code="cnaps_unknown", field="cnaps", rule=RULE)


def _check_name(holder: str, customer: Customer, papers: set[PayeePaperKind]) -> NameCheck:
    """The holder is the customer by name, or a paper says why it is somebody else."""
    odd = odd_signs(holder)
    if odd:
        named = ", ".join(f"U+{ord(sign):04X}" for sign in dict.fromkeys(odd))
        raise BadInput(
            _(
                "The holder's name has signs that only look like others (%(signs)s). Type it from the bank's paper."
            )
            % {"signs": named},
            code="odd_signs",
            field="holder",
            rule=RULE,
        )
    if same_name(holder, customer.name):
        return NameCheck.SAME
    if PayeePaperKind.MANDATE not in papers:
        raise BadInput(
            _(
                "“%(holder)s” is not “%(customer)s”. Money goes to another holder only with a signed mandate."
            )
            % {"holder": holder, "customer": customer.name},
            code="holder_differs",
            field="holder",
            rule=RULE,
        )
    return NameCheck.PAPER


def _attach(payee: PayeeAccount, papers: list[Paper], *, by: "User", at: datetime) -> None:
    if PayeePaperKind.REQUEST not in {paper.kind for paper in papers}:
        raise BadInput(
            _("The customer's signed request is missing: scan it."),
            code="paper_missing",
            field="request",
            rule=RULE,
        )
    for paper in papers:
        scan = check_document(paper.file, filename=paper.name)
        PayeePaper.objects.create(
            payee=payee,
            kind=paper.kind,
            file=File(paper.file, name=f"scan{scan.extension}"),
            file_name=scan.name,
            content_type=scan.content_type,
            size=scan.size,
            sha256=scan.sha256,
            at=at,
            by_id=by.pk,
        )


def waits(hours: int) -> timedelta:
    """At least a moment, so that approving and using are two instants."""
    return max(timedelta(hours=hours), timedelta(seconds=1))
