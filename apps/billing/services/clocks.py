"""What the clock floor is told of statements, disputes, red forms, prices and signed receipts. The one module of billing that speaks to it
(BIL-1, BIL-2, BIL-6)."""

from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from django.utils import timezone
from django.utils.translation import gettext as _

from apps.billing.enums import BillingMatter, EnteredBy
from apps.billing.models import (
    Dispute,
    PaperDelivery,
    PaymentPromise,
    RedForm,
    ShipmentRating,
    Statement,
)
from apps.customers.models import Customer
from apps.sla import services as sla
from apps.sla.enums import FactKind, Metric
from apps.sla.models import Matter
from apps.sla.rules import Attributes
from apps.tracking.models import ReturnDocument

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from apps.accounts.models import User

AGREEMENT = "agreement"


def _end_of(day: "date") -> datetime:
    """The end of a day in Asia/Shanghai: the first instant of the next."""
    return timezone.make_aware(datetime.combine(day + timedelta(days=1), time.min))


def _of_payer(
    payer: Customer, kind: BillingMatter, subject: Any, what: Any, **more: Any
) -> sla.NewMatter:
    """What is waited for from a customer: ``what`` it is with their name."""
    return sla.NewMatter(
        kind=kind,
        subject=subject,
        title=f"{what} {payer.name}"[:120],
        attributes=Attributes(customer_id=payer.pk),
        unit=payer.unit,
        **more,
    )


def sent(statement: Statement, *, by: "User", at: datetime) -> None:
    """A payer's statement is to be agreed to within the policy's time and paid by its due day. A
    station's own is settled by its cash-up."""
    payer = statement.bill_to
    if payer is None or statement.due_on is None:
        return
    dues = {Metric.ACTION: _end_of(statement.due_on)}
    about: dict[str, Any] = {
        "subject": statement,
        "what": statement.number,
        "owner": payer.agent or by,
        "opened_at": at,
    }
    sla.open_matters(
        [
            _of_payer(payer, BillingMatter.PAYMENT, dues=dues, **about),
            _of_payer(payer, BillingMatter.STATEMENT, key=AGREEMENT, **about),
        ],
        by=by,
        at=at,
    )


def agreed(statement: Statement, *, by: "User", at: datetime) -> None:
    if statement.bill_to_id is not None:
        sla.record_fact(subject=statement, kind=FactKind.DONE, by=by, at=at, key=AGREEMENT)
        sla.close_matter(subject=statement, by=by, at=at, key=AGREEMENT)


def paid(statement: Statement, *, by: "User", at: datetime) -> None:
    """Settled to the last fen, whatever was promised about it too; before it was sent there is no clock
    to end."""
    if _is_open(statement):
        sla.record_fact(subject=statement, kind=FactKind.DONE, by=by, at=at)
        sla.close_matter(subject=statement, by=by, at=at)
    promises = list(PaymentPromise.objects.filter(statement=statement))
    if promises:
        sla.finish_matters(promises, kind=FactKind.DONE, by=by, at=at)


def promised(promises: "Sequence[PaymentPromise]", *, by: "User", at: datetime) -> None:
    """To be paid by the end of the day that the payer named; what was promised before counts no more."""
    statements = [promise.statement_id for promise in promises]
    before = PaymentPromise.objects.filter(statement__in=statements).exclude(
        pk__in=[promise.pk for promise in promises]
    )
    reason = _("Another day was promised.")
    sla.stop_matters(list(before), reason=reason, by=by, at=at)
    sla.open_matters(
        [
            _of_payer(
                payer,
                BillingMatter.PROMISE,
                promise,
                promise.statement.number,
                owner=payer.agent or by,
                opened_at=at,
                dues={Metric.ACTION: _end_of(promise.pay_on)},
            )
            for promise in promises
            if (payer := promise.statement.bill_to) is not None
        ],
        by=by,
        at=at,
    )


def taken_along(paper: PaperDelivery, *, by: "User", at: datetime) -> None:
    """Whoever carries it brings it to the customer, and brings the name of who signed."""
    owner = paper.carrier or by
    carried = _of_payer(
        paper.bill_to, BillingMatter.PAPER, paper, paper.paper, owner=owner, opened_at=at
    )
    sla.open_matters([carried], by=by, at=at)


def signed_for(paper: PaperDelivery, *, by: "User", at: datetime) -> None:
    sla.finish_matters([paper], kind=FactKind.DONE, by=by, at=at)


def came_back(paper: PaperDelivery, *, by: "User", at: datetime) -> None:
    sla.stop_matters([paper], reason=paper.reason, by=by, at=at)


def owed_again(statement: Statement, *, by: "User", at: datetime) -> None:
    """An allocation was undone."""
    if _has(statement) and not _is_open(statement):
        sla.reopen_matter(subject=statement, by=by, at=at)


def _has(statement: Statement) -> bool:
    return bool(_about(statement))


def _is_open(statement: Statement) -> bool:
    return any(one.closed_at is None and one.stopped_at is None for one in _about(statement))


def _about(statement: Statement) -> list[Matter]:
    return list(Matter.objects.about(statement).filter(key=""))


def disputed(dispute: Dispute, *, by: "User", at: datetime) -> None:
    """To be decided within the policy's time."""
    payer = dispute.statement.bill_to
    sla.open_matter(
        kind=BillingMatter.DISPUTE,
        subject=dispute,
        title=f"{dispute.statement.number} {dispute.charge.waybill}"[:120],
        attributes=Attributes(customer_id=payer.pk if payer else None),
        owner=(payer.agent if payer else None) or by,
        unit=payer.unit if payer else None,
        opened_at=at,
        by=by,
        at=at,
    )


def unrated(rows: "Sequence[ShipmentRating]", *, by: "User", at: datetime) -> None:
    """Shipments without a price are finance's: to be priced within the policy's time (BIL-1)."""
    if not rows:
        return
    sla.open_matters(
        [
            sla.NewMatter(
                kind=BillingMatter.UNRATED,
                subject=row,
                title=f"{row.waybill} {row.refusal}"[:120],
                attributes=Attributes(customer_id=row.customer_id),
                unit=row.customer.unit,
                opened_at=at,
            )
            for row in rows
        ],
        by=by,
        at=at,
    )


def rated(rows: "Sequence[ShipmentRating]", *, by: "User", at: datetime) -> None:
    if rows:
        sla.finish_matters(rows, kind=FactKind.DONE, by=by, at=at)


def receipts_owed(documents: "Sequence[ReturnDocument]", *, by: "User", at: datetime) -> int:
    """Each to be back by the end of the day that the customer's terms say; those without a clock only."""
    if not documents:
        return 0
    timed = set(Matter.objects.about(*documents).values_list("subject_id", flat=True))
    fresh = [one for one in documents if str(one.pk) not in timed]
    sla.open_matters(
        [
            _of_payer(
                customer,
                BillingMatter.SIGNED_RECEIPT,
                one,
                one.waybill.number,
                owner=customer.agent or by,
                opened_at=one.owed_since,
                dues={Metric.ACTION: _end_of(_back_on(one))},
            )
            for one in fresh
            if (customer := one.waybill.customer) is not None and one.owed_since is not None
        ],
        by=by,
        at=at,
    )
    return len(fresh)


def _back_on(document: ReturnDocument) -> "date":
    days = document.waybill.customer.billing_terms.receipt_return_days or 0
    return timezone.localdate(document.owed_since) + timedelta(days=days)


def receipts_back(documents: "Sequence[ReturnDocument]", *, by: "User", at: datetime) -> None:
    if documents:
        sla.finish_matters(documents, kind=FactKind.DONE, by=by, at=at)


def receipts_void(
    documents: "Sequence[ReturnDocument]", *, reason: str, by: "User", at: datetime
) -> None:
    if documents:
        sla.stop_matters(documents, reason=reason, by=by, at=at)


def dispute_ended(dispute: Dispute, *, by: "User", at: datetime) -> None:
    sla.finish_matters([dispute], kind=FactKind.DONE, by=by, at=at)


def red_pending(form: RedForm, *, by: "User", at: datetime) -> None:
    """The other side has 72 hours from when it was entered; after that the tax bureau voids it."""
    if form.confirm_by is None:
        raise TypeError("a constraint says that a pending red form has an end")
    pending = _of_payer(
        form.invoice.bill_to,
        BillingMatter.RED_FORM,
        form,
        form.invoice.number,
        # Finance's: who entered it, and whoever is there for one that the payer did.
        owner=form.created_by if form.entered_by == EnteredBy.SELLER else None,
        opened_at=form.channel_sent_at or at,
        dues={Metric.ACTION: form.confirm_by},
    )
    sla.open_matters([pending], by=by, at=at)


def red_answered(form: RedForm, *, by: "User", at: datetime) -> None:
    """Confirmed, refused, withdrawn or void: nobody is waited for any more."""
    sla.finish_matters([form], kind=FactKind.DONE, by=by, at=at)
