"""The bank's results of a payment file: taken whole, or refused by the line that does not belong to it."""

import hashlib
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from apps.banking.enums import PayoutState
from apps.banking.models import Payout, PayoutFile, PayoutResult
from apps.banking.paying import ResultRow, Verdict, read_results
from apps.banking.services.payouts import lock_payouts
from apps.banking.services.settling import close
from apps.core.errors import BadInput, RuleBroken
from apps.core.money import format_money
from apps.events.services import record, recorded_refusals

if TYPE_CHECKING:
    from apps.accounts.models import User

_TO = {
    Verdict.PAID: PayoutState.PAID,
    Verdict.RETURNED: PayoutState.RETURNED,
    Verdict.UNCLEAR: PayoutState.UNCLEAR,
}


def take_result_file(
    file: PayoutFile, *, content: bytes, name: str, by: "User", at: datetime
) -> PayoutResult:
    """Take in what the bank says became of ``file``. Refused as a whole, by line, where a row is of another
    file or day, says another amount or account, comes twice, or contradicts what is known. What it says
    without plain words is unclear. The same bytes again: RuleBroken ``result_known``."""
    with recorded_refusals("payoutfile.answer_refused", file, "results", by=by, at=at):
        sha256 = hashlib.sha256(content).hexdigest()
        rows = lock_payouts(list(file.payouts.values_list("pk", flat=True)))
        if PayoutResult.objects.filter(file=file, sha256=sha256).exists():
            raise RuleBroken(
                _("These results were taken already."), code="result_known", field="file"
            )
        results = read_results(content, name)
        by_number = {row.number: row for row in rows}
        _check(file, results, by_number, localdate(at))
        for result in results:
            _settle(by_number[result.payout], result, by=by, at=at)
        taken = PayoutResult.objects.create(
            file=file,
            file_name="".join(c for c in name if c.isprintable())[-160:],
            sha256=sha256,
            rows=len(results),
            paid=sum(one.verdict == Verdict.PAID for one in results),
            returned=sum(one.verdict == Verdict.RETURNED for one in results),
            unclear=sum(one.verdict == Verdict.UNCLEAR for one in results),
            at=at,
            by_id=by.pk,
        )
        data = {"paid": taken.paid, "returned": taken.returned, "unclear": taken.unclear}
        record("payoutfile.answered", file, by=by, at=at, data=data)
    return taken


def _check(
    file: PayoutFile, results: Sequence[ResultRow], rows: dict[str, Payout], today: date
) -> None:
    seen: set[str] = set()
    last = min(file.day + timedelta(days=settings.PAYOUT_UNCLEAR_DAYS + 4), today)
    for result in results:
        row = rows.get(result.payout)
        if row is None:
            words = _("Line %(line)s: %(payout)s is not in payment file %(file)s.")
            _refuse(words, "other_file", result, file)
        elif result.payout in seen:
            _refuse(_("Line %(line)s: %(payout)s comes twice."), "twice", result, file)
        elif result.amount != row.amount:
            words = _("Line %(line)s: %(payout)s was %(ours)s, not %(theirs)s.")
            ours = {"ours": format_money(row.amount), "theirs": format_money(result.amount)}
            _refuse(words, "other_amount", result, file, **ours)
        elif result.number and not result.number.endswith(row.payee.tail):
            words = _("Line %(line)s: %(payout)s was paid to another account than ours.")
            _refuse(words, "other_account", result, file)
        elif result.day is not None and not file.day <= result.day <= last:
            words = _("Line %(line)s: the day %(day)s is not of payment file %(file)s.")
            _refuse(words, "other_day", result, file, day=result.day.isoformat())
        elif _contradicts(row, result):
            words = _("Line %(line)s: %(payout)s is “%(known)s” already.")
            known = PayoutState(row.state).label
            _refuse(words, "contradicts", result, file, known=str(known))
        seen.add(result.payout)


def _refuse(words: str, code: str, result: ResultRow, file: PayoutFile, **more: str) -> None:
    message = words % {"line": result.line, "payout": result.payout, "file": file.number, **more}
    raise BadInput(message, code=code, field="file", row=result.line)


def _contradicts(row: Payout, result: ResultRow) -> bool:
    """Paid and returned exclude each other: one of them was wrong, and a person finds out which. That the bank
    gives back what it had paid is told by its line."""
    pair = {PayoutState.PAID: Verdict.RETURNED, PayoutState.RETURNED: Verdict.PAID}
    return pair.get(PayoutState(row.state)) == result.verdict


def _settle(row: Payout, result: ResultRow, *, by: "User", at: datetime) -> None:
    to = _TO[result.verdict]
    settled = (PayoutState.PAID, PayoutState.RETURNED)
    if row.state == to or (to == PayoutState.UNCLEAR and row.state in settled):
        return
    row.bank_answer, row.bank_ref = result.bank_answer, row.bank_ref or result.ref
    row.save(update_fields=["bank_answer", "bank_ref"])
    close(row, to, by=by, at=at)
