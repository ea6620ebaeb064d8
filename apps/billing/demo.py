"""Three months in different stages: the oldest paid but for one payer, who had a letter, paid a part and is on
hold, with an invoice of the tax channel, one that a red form takes back, a paper one that was signed for and
one that came back and is on today's round; the last one under way with a disputed line, a blocker and
invoices, of which one waits for the tax channel; this one still open. A part of the demonstration."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from apps.accounts.models import User
from apps.billing import services
from apps.billing.channels import Outcome, RedOutcome, TaxChannel
from apps.billing.enums import (
    AgreedHow,
    ChargeKind,
    DisputeReason,
    InvoiceKind,
    PaperState,
    ReceiptSource,
    RedReason,
    Side,
    TaxEffect,
)
from apps.billing.inputs import NewCharge
from apps.billing.models import (
    BillingTerms,
    Charge,
    Invoice,
    PaperDelivery,
    RedForm,
    Statement,
)
from apps.billing.queries.dunning import overdue_payers
from apps.billing.rules.months import last_day, month_of, next_month
from apps.billing.services.tax.issuing import note_invoice, queue_invoice
from apps.billing.services.tax.red_forms import queue_red_form
from apps.billing.services.tax.red_outcomes import note_form
from apps.billing.services.tax.turns import claim
from apps.customers.models import Customer
from apps.ledger.enums import AccountKind
from apps.ledger.inputs import Side as Account
from apps.pricing.models import TaxClass
from apps.pricing.queries.pricing import Asked, rate_shipments
from apps.pricing.rating import Shipment, Unrated
from apps.pricing.rating.amounts import yuan
from apps.tracking.models import Waybill
from apps.tracking.numbers import compose

PAYERS = ("YUNSHANG", "CHAYU", "JINGMI", "BOYA", "XIANDA")
CITIES = {
    "上海": "310000", "北京": "110000", "广州": "440100", "杭州": "330100", "南京": "320100",
    "苏州": "320500", "成都": "510100", "武汉": "420100", "西安": "610100", "深圳": "440300",
}  # fmt: skip
HOME = {"YUNSHANG": "上海", "CHAYU": "杭州", "JINGMI": "上海", "BOYA": "北京", "XIANDA": "广州"}
PER_MONTH = 24
# Numbers of months that were before the week of the demonstration, far from those it gives out.
SERIALS, KEY = 60_000_000, "00" * 16
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
        self.tax = TaxClass.objects.get(code="delivery")
        self.serial = SERIALS

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
            for charge in self._shipments(code, customer, month)
        ]
        services.post_charges(new, by=self.finance, at=self.at(month, 1))

    def _shipments(self, code: str, customer: Customer, month: date) -> Iterator[NewCharge]:
        home = HOME[code]
        asked = []
        for _n in range(PER_MONTH):
            to = self.random.choice([city for city in CITIES if city != home])
            day = month + timedelta(days=self.random.randrange(last_day(month).day))
            shipment = Shipment(
                origin=CITIES[home],
                destination=CITIES[to],
                weight_g=self.random.choice((800, 1500, 2300, 4200, 7600, 12_500)),
                insured_fen=self.random.choice((0, 0, 0, 100_000, 500_000)),
            )
            self.serial += self.random.randrange(1, 900)
            number = compose(settings.WAYBILL_PREFIX, self.serial, KEY)
            asked.append(Asked(customer.pk, "standard", day, shipment, (number, to)))
        for question, price in rate_shipments(asked):
            if isinstance(price, Unrated):
                continue
            number, to = question.key
            weight = question.shipment.weight_g
            facts = {"from": home, "to": to, "pieces": 1, "weight_g": weight}
            for nth, line in enumerate(price.rated.lines):
                if line.fen:
                    yield NewCharge(
                        kind=ChargeKind(str(line.kind)),
                        gross=yuan(line.fen),
                        tax_class_id=self.tax.pk,
                        service_day=question.day,
                        source=f"demo:{number}",
                        nth=nth,
                        customer_id=customer.pk,
                        waybill=number,
                        facts=facts,
                        tariff_version_id=price.version.pk if price.version else None,
                    )

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
            self._invoice(code, statement, month)

    def _remind(self, month: date) -> None:
        """The first letter, once it is due."""
        at = self.at(month, 17)
        late = overdue_payers(timezone.localdate(at), payers=[self.customers["XIANDA"].pk])
        for payer_id, found in late.items():
            if found.letter is not None:
                services.send_dunning(payer_id=payer_id, by=self.finance, at=at)

    def _invoice(self, code: str, statement: Statement, month: date) -> None:
        who: dict[str, Any] = {"by": self.finance, "at": self.at(month, 9)}
        paper = code in ("BOYA", "CHAYU")
        invoice = services.request_invoice(
            statement_ids=[statement.pk],
            kind=InvoiceKind.PAPER_NORMAL if paper else InvoiceKind.E_SPECIAL,
            **who,
        )
        number = f"2631{month:%m}{invoice.pk:014d}"
        day = timezone.localdate(who["at"])
        if code == "JINGMI":
            self._by_channel(invoice, number, day, **who)
        else:
            services.issue_invoice(invoice_id=invoice.pk, number=number, issued_on=day, **who)
        if paper:
            self._deliver(invoice, month, comes_back=code == "BOYA")
            return
        services.receive_invoice(invoice_id=invoice.pk, name="财务部", **who)
        if code == "XIANDA":
            self._taken_back(invoice)

    def _deliver(self, invoice: Invoice, month: date, *, comes_back: bool) -> None:
        self._carry(invoice, self.at(month, 10))
        if comes_back:
            self._carried(services.bring_back_paper, month, reason="客户盘点，前台不收票据")
            self._carry(invoice, self.now, takes=False)
        else:
            self._carried(services.sign_for_paper, month, name="吴老师")

    def _by_channel(self, invoice: Invoice, number: str, day: date, **who: Any) -> None:
        """As if the tax channel had answered: the demonstration asks nobody outside."""
        queue_invoice(invoice_id=invoice.pk, **who)
        done = Outcome(TaxEffect.DONE, "2", ref="26110900012345678", number=number, issued_on=day)
        turn = claim(Invoice, TaxChannel.lease)
        if turn is not None:
            note_invoice(turn, done, TaxChannel(), **who)

    def _taken_back(self, invoice: Invoice) -> None:
        """A red form since yesterday, which the payer has two days more to confirm."""
        who: dict[str, Any] = {"by": self.finance, "at": self.now - timedelta(hours=20)}
        queue_red_form(invoice_id=invoice.pk, reason=RedReason.MISTAKE, **who)
        waits = RedOutcome(
            TaxEffect.DONE, bureau_state="02", number="310026113000017", uuid="demo-red-form"
        )
        turn = claim(RedForm, TaxChannel.lease)
        if turn is not None:
            note_form(turn, waits, TaxChannel(), **who)

    def _carry(self, invoice: Invoice, at: datetime, *, takes: bool = True) -> None:
        """On the settlement clerk's round of that day."""
        (row,) = services.plan_round(
            papers=[f"invoice:{invoice.pk}"],
            round_on=timezone.localdate(at),
            carrier=self.clerk,
            by=self.finance,
            at=at,
        )
        if takes:
            services.take_paper(delivery_id=row.pk, by=self.clerk, at=at)

    def _carried(self, ended: Any, month: date, **said: str) -> None:
        row = PaperDelivery.objects.get(state=PaperState.TAKEN)
        ended(delivery_id=row.pk, by=self.clerk, at=self.at(month, 11), **said)

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
