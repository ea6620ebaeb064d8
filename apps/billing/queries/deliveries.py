"""Which papers wait to be carried, and what is on a round (BIL-4)."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet
from django.utils import timezone

from apps.accounts.models import User
from apps.billing.enums import (
    ChequeState,
    InvoiceKind,
    InvoiceState,
    PaperKind,
    PaperState,
    StatementState,
)
from apps.billing.models import Cheque, DunningNotice, Invoice, PaperDelivery, Statement
from apps.customers.enums import PaperChannel
from apps.customers.models import CustomerSite

PAPER_INVOICES = [InvoiceKind.PAPER_SPECIAL, InvoiceKind.PAPER_NORMAL]
# Faxes and mail go without anybody's legs.
CARRIED = [PaperChannel.BY_HAND]
# A paper that came back or was called off waits again.
SETTLED = [PaperState.PLANNED, PaperState.TAKEN, PaperState.DELIVERED]
# After that another letter is due, or nobody waits for this one any more.
LETTERS_OF = timedelta(days=31)
MOST = 200


@dataclass(frozen=True, slots=True)
class Waiting:
    kind: PaperKind
    pk: int
    payer_id: int
    label: str

    @property
    def key(self) -> str:
        return f"{self.kind.value}:{self.pk}"


def waiting_papers(user: User) -> list[Waiting]:
    """Issued paper invoices, and statements not agreed to yet and letters of the last month of payers who
    get them by hand, that are on no round and were not handed over; of each kind the oldest first, at
    most ``MOST``."""
    came_back = Q(state=InvoiceState.DELIVERED, deliveries__state=PaperState.RETURNED)
    invoices = (
        Invoice.objects.visible_to(user)
        .filter(Q(state=InvoiceState.ISSUED) | came_back, kind__in=PAPER_INVOICES)
        .distinct()
    )
    statements = Statement.objects.visible_to(user).filter(
        state=StatementState.SENT, bill_to__statement_channel__in=CARRIED
    )
    letters = DunningNotice.objects.visible_to(user).filter(
        as_of__gte=timezone.localdate() - LETTERS_OF, bill_to__statement_channel__in=CARRIED
    )
    return [
        *_waiting(PaperKind.INVOICE, invoices),
        *_waiting(PaperKind.STATEMENT, statements),
        *_waiting(PaperKind.LETTER, letters),
    ]


def _waiting(kind: PaperKind, rows: "QuerySet[Any]") -> list[Waiting]:
    carried = PaperDelivery.objects.filter(state__in=SETTLED, **{kind.value: OuterRef("pk")})
    found = rows.filter(~Exists(carried)).select_related("bill_to").order_by("pk")[:MOST]
    return [
        Waiting(kind, row.pk, row.bill_to_id, f"{kind.label} {row} · {row.bill_to.display_name}")
        for row in found
    ]


@dataclass(frozen=True, slots=True)
class Round:
    """One person's papers of a day, and the cheques to be collected that day where they go."""

    day: date
    who: str
    papers: list[PaperDelivery]
    cheques: list[Cheque]


def rounds_of(user: User, day: date) -> list[Round]:
    """The rounds of a day that this user may see, by person; without what was called off."""
    rows = (
        PaperDelivery.objects.visible_to(user)
        .filter(round_on=day)
        .exclude(state=PaperState.CALLED_OFF)
        .select_related("bill_to", "carrier", "invoice", "statement", "letter")
        .prefetch_related(Prefetch("bill_to__sites", CustomerSite.objects.filter(active=True)))
        .order_by("bill_to__code", "pk")
    )
    by_person: dict[str, list[PaperDelivery]] = {}
    for row in rows:
        by_person.setdefault(row.carried_by, []).append(row)
    cheques: dict[int, list[Cheque]] = {}
    payers = {row.bill_to_id for papers in by_person.values() for row in papers}
    for cheque in Cheque.objects.filter(
        payer__in=payers, collect_on=day, state=ChequeState.TO_COLLECT
    ).select_related("payer"):
        cheques.setdefault(cheque.payer_id, []).append(cheque)
    return [
        Round(
            day,
            who,
            papers,
            [
                one
                for pk in dict.fromkeys(row.bill_to_id for row in papers)
                for one in cheques.get(pk, [])
            ],
        )
        for who, papers in sorted(by_person.items())
    ]
