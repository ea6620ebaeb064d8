"""Three months in different stages: the oldest paid but for one payer, who had a letter, paid a part and is on
hold, with an invoice of the tax channel, one that a red form takes back, a paper one that was signed for and
one that came back and is on today's round; the last one under way with a disputed line, a blocker and
invoices, of which one waits for the tax channel; this one still open. A part of the demonstration."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from random import Random

from django.db import transaction
from django.utils import timezone

from apps.accounts.models import User
from apps.billing import services
from apps.billing.demo_charges import Shipments
from apps.billing.demo_invoices import Invoices
from apps.billing.enums import (
    AgreedHow,
    ChargeKind,
    DisputeReason,
    InvoiceKind,
    ReceiptSource,
    Side,
)
from apps.billing.models import (
    BillingTerms,
    Charge,
    Statement,
)
from apps.billing.queries.dunning import overdue_payers
from apps.billing.rules.months import month_of, next_month
from apps.billing.services.tax.issuing import queue_invoice
from apps.customers.models import Customer
from apps.ledger.enums import AccountKind
from apps.ledger.inputs import Side as Account
from apps.tracking.models import Waybill

PAYERS = ("YUNSHANG", "CHAYU", "JINGMI", "BOYA", "XIANDA")
TEN = time(10, 0)


@transaction.atomic
def make_months(*, seed: int, now: datetime) -> None:
    """All or nothing; the same months whatever the hour."""
    months = _Months(Random(seed), now)  # noqa: S311  # a demonstration, from its seed
    months.terms()
    before, last = months.past()
    for month in (before, last):
        months.charge(month)
        months.freeze(month)
        if month == before:
            months.settle(before)
    months.half_way(last)
    ids = list(Waybill.objects.values_list("pk", flat=True))
    services.charge_shipments(waybill_ids=ids, by=months.finance, at=now)
    services.hold_customers(at=now)


class _Months:
    def __init__(self, random: Random, now: datetime) -> None:
        self.random, self.now = random, now
        people = User.objects.in_bulk(
            ["caiwu", "linzhuren", "wangfang", "jingli", "jiekuan"], field_name="username"
        )
        self.clerk = people["jiekuan"]
        self.finance, self.director = people["caiwu"], people["linzhuren"]
        self.agent, self.manager = people["wangfang"], people["jingli"]
        customers = Customer.objects.filter(code__in=PAYERS)
        self.customers = {customer.code: customer for customer in customers}
        self.shipments = Shipments(random)
        self.invoices = Invoices(finance=self.finance, clerk=self.clerk)

    def past(self) -> tuple[date, date]:
        this = month_of(self.now)
        last = month_of(this - timedelta(days=1))
        return month_of(last - timedelta(days=1)), last

    def at(self, month: date, day: int) -> datetime:
        """Ten o'clock on a day of the month after, or now if that is still to come."""
        moment = datetime.combine(next_month(month) + timedelta(days=day - 1), TEN)
        return min(timezone.make_aware(moment), self.now)

    def terms(self) -> None:
        tea = BillingTerms(customer=self.customers["CHAYU"], deemed_after_days=7)
        services.change_terms(tea, by=self.finance, at=self.now)
        lab = BillingTerms(customer=self.customers["JINGMI"], receipt_return_days=15)
        services.change_terms(lab, by=self.finance, at=self.now)
        food = BillingTerms(customer=self.customers["XIANDA"], hold_after_days=10)
        services.change_terms(food, by=self.finance, at=self.now)

    def charge(self, month: date) -> None:
        new = [
            charge
            for code, customer in self.customers.items()
            for charge in self.shipments.of_month(code, customer, month)
        ]
        services.post_charges(new, by=self.finance, at=self.at(month, 1))

    def freeze(self, month: date) -> None:
        if month_of(self.at(month, 1)) > month:
            for _batch in services.freeze_month(month=month, by=self.finance, at=self.at(month, 1)):
                pass

    def statement(self, code: str, month: date) -> Statement:
        return Statement.objects.get(bill_to=self.customers[code], period=month)

    def send(self, statement: Statement, month: date) -> Statement:
        issuer = Side(statement.issued_by_side)
        people = {Side.SERVICE: self.director, Side.FINANCE: self.finance}
        other = Side.FINANCE if issuer == Side.SERVICE else Side.SERVICE
        services.review_statement(
            statement_id=statement.pk, side=other, by=people[other], at=self.at(month, 2)
        )
        for blocker in statement.blockers.filter(waived_at__isnull=True):
            services.waive_blocker(
                blocker_id=blocker.pk, reason="客户已知情", by=self.manager, at=self.at(month, 2)
            )
        return services.send_statement(
            statement_id=statement.pk, side=issuer, by=people[issuer], at=self.at(month, 3)
        )

    def agree(self, statement: Statement, month: date, how: AgreedHow) -> None:
        services.confirm_statement(
            statement_id=statement.pk,
            how=how,
            note="财务确认",
            by=self.director,
            at=self.at(month, 8),
        )

    def pay(self, code: str, amount: Decimal, at: datetime) -> None:
        bank = Account(AccountKind.CASH_IN_TRANSIT)
        services.take_receipt(
            source=ReceiptSource.TRANSFER,
            source_key=f"demo:{code}:{at:%Y%m%d}",
            payer=self.customers[code],
            amount=amount,
            day=timezone.localdate(at),
            debit=bank,
            reference="运费",
            by=self.finance,
            at=at,
        )
        services.allocate_oldest(payer_id=self.customers[code].pk, by=self.finance, at=at)

    def settle(self, month: date) -> None:
        """Everybody paid but one, who paid a part after our first letter."""
        for code in PAYERS:
            statement = self.send(self.statement(code, month), month)
            self.agree(statement, month, AgreedHow.STAMPED)
            owed = statement.charged or Decimal(0)
            if code == "XIANDA":
                self._remind(month)
            part = owed if code != "XIANDA" else (owed / 3).quantize(Decimal("0.01"))
            self.pay(code, part, self.at(month, 20))
            self.invoices.issue(code, statement, lambda day: self.at(month, day), now=self.now)

    def _remind(self, month: date) -> None:
        """The first letter, once it is due."""
        at = self.at(month, 17)
        late = overdue_payers(timezone.localdate(at), payers=[self.customers["XIANDA"].pk])
        for payer_id, found in late.items():
            if found.letter is not None:
                services.send_dunning(payer_id=payer_id, by=self.finance, at=at)

    def half_way(self, month: date) -> None:
        """One has it and disputes a line, one has agreed and pays by cheque, one is reviewed, one has
        something in its way, one is only frozen."""
        if self.statement("YUNSHANG", month).is_open:
            return
        sent = self.send(self.statement("YUNSHANG", month), month)
        lines = list(
            Charge.objects.filter(statement=sent, kind=ChargeKind.FREIGHT).order_by("pk")[:2]
        )
        at = self.at(month, 4)
        accepted = services.raise_dispute(
            charge_id=lines[0].pk, why=DisputeReason.WEIGHT, amount=Decimal("2.00"),
            text="我们仓库称的是两公斤，账单按四公斤计。", by_customer=True, by=self.agent, at=at,
        )  # fmt: skip
        services.accept_dispute(
            dispute_id=accepted.pk,
            answer="复秤记录属实，差额在下月账单冲减。",
            by=self.director,
            at=at,
        )
        services.raise_dispute(
            charge_id=lines[1].pk, why=DisputeReason.NOT_OURS,
            text="这一票不是我们发的，请核实寄件人。", by_customer=True, by=self.agent, at=at,
        )  # fmt: skip
        wanted = services.request_invoice(
            statement_ids=[sent.pk], kind=InvoiceKind.E_SPECIAL, by=self.finance, at=at
        )
        queue_invoice(invoice_id=wanted.pk, by=self.finance, at=at)
        books = self.send(self.statement("BOYA", month), month)
        self.agree(books, month, AgreedHow.SAID)
        services.request_invoice(
            statement_ids=[books.pk], kind=InvoiceKind.PAPER_NORMAL, by=self.finance, at=at
        )
        services.note_cheque(
            payer=self.customers["BOYA"], amount=books.charged or Decimal(1),
            collect_on=timezone.localdate(self.now), note="下午三点后找邓红", by=self.finance, at=at,
        )  # fmt: skip
        tea = self.statement("CHAYU", month)
        services.review_statement(
            statement_id=tea.pk, side=Side.SERVICE, by=self.director, at=self.at(month, 2)
        )
        lab = self.statement("JINGMI", month)
        services.find_blockers(statement_ids=[lab.pk], at=self.now)


# The demonstration makes it after its prices.
PARTS = ((7, make_months),)
