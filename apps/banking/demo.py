"""A month at the bank: a part of the demonstration, about the customers that are in the database.

One main account with a virtual sub-account, an account for COD, and the file of the month before: payers known by code and alias, two that could be either (a tie), an unknown one, one who paid
too much, a charge; a second file that is held because its balances do not follow.

And accounts that merchants are paid to: in use, or approved and waiting.
"""

from datetime import date, datetime, timedelta
from decimal import Decimal
from io import BytesIO

from django.db import transaction
from django.utils import timezone

from apps.accounts.models import User
from apps.backoffice.queries.approvals import content_of
from apps.banking import services
from apps.banking.approvals import PAYEE
from apps.banking.enums import AccountPurpose, CallOutcome, PayeePaperKind
from apps.banking.models import BankAccount, BankLine
from apps.banking.queries.payees import may_be_called
from apps.customers.models import Customer

HEAD = "账户明细查询\n账号：0311****5678，币种：人民币\n\n交易日期,交易时间,借方发生额,贷方发生额,余额,对方户名,对方账号,摘要,交易流水号\n"
# day of the month, amount, payer, payer's number, text
ROWS = (
    (2, "18600.00", "杭州茶语电子商务有限公司", "0571330011223344", "9月运费 CHAYU"),
    (3, "-35.00", "", "", "对公账户管理费"),
    (5, "42350.50", "上海精密仪器股份有限公司", "0310880099887766", "货款 对账单"),
    (8, "9800.00", "上海云裳服饰有限公司", "0310770055443322", "运费"),
    (11, "9800.00", "云裳", "6222020012340007788", "BOYA YUNSHANG 代付"),
    (15, "3000.00", "个体工商户周某", "6217000010001234567", "运费"),
    (18, "60000.00", "广州鲜达食品有限公司", "0200990011002200", "XIANDA 预付 多付下月抵"),
    (21, "-126400.00", "上海一票运输有限公司", "0310660077881122", "付运输费"),
    (26, "42350.50", "上海精密仪器股份有限公司", "0310880099887766", "10月货款"),
    (28, "12.66", "", "", "结息"),
)
OPENING = Decimal("215430.20")


@transaction.atomic
def make_bank(*, seed: int, now: datetime) -> None:
    """All or nothing; the days are those of the month before."""
    by = User.objects.get(username="caiwu")
    last = timezone.localdate(now).replace(day=1) - timedelta(days=1)
    month = last.replace(day=1)
    main = _accounts(by, now, month)
    services.post_opening(main, day=month - timedelta(days=1), amount=OPENING, by=by, at=now)
    content = export(month).encode("gb18030")
    file = services.take_file(
        account=main, content=content, name=f"工行流水{month:%Y%m}.csv", by=by, at=now
    )
    services.post_file(file, by=by, at=now)
    lines = list(BankLine.objects.filter(file=file).order_by("pk"))
    known = Customer.objects.get(code="JINGMI")
    services.identify_line(lines[2], known, remember=True, by=by, at=now)
    services.charge_line(lines[1], by=by, at=now)
    odd = export(month, rows=ROWS[:2], broken=True).encode("gb18030")
    services.take_file(
        account=main, content=odd, name=f"工行流水{month:%Y%m}-补.csv", by=by, at=now
    )


def export(
    month: date, rows: tuple[tuple[int, str, str, str, str], ...] = ROWS, *, broken: bool = False
) -> str:
    """The bank's own file; ``broken``: its last balance does not follow."""
    balance, lines = OPENING, [HEAD]
    for n, (day, amount, name, number, text) in enumerate(rows, start=1):
        figure = Decimal(amount)
        balance += figure + (broken and n == len(rows))
        out, into = ("", figure) if figure > 0 else (-figure, "")
        on = month.replace(day=day).isoformat()
        lines.append(
            f"{on},1{n % 10}:30:00,{out},{into},{balance},{name},{number},{text},IC{month:%m}{n:05d}\n"
        )
    return "".join(lines)


def _accounts(by: User, now: datetime, month: date) -> BankAccount:
    """The account that everybody pays into, one customer's sub-account, and where COD goes."""
    since = timezone.make_aware(datetime.combine(month - timedelta(days=40), datetime.min.time()))
    common = {"holder": "上海一票物流有限公司", "purpose": "freight"}
    cod = _entered("0301228800991122", {**common, "name": "建行代收户", "bank": "建设银行", "branch": "上海市普陀支行",
        "cnaps": "105290028005", "purpose": "cod"}, by, now)  # fmt: skip
    services.assign_account(
        account=cod, purpose=AccountPurpose.COD, since=since - timedelta(days=300), by=by,
        at=since - timedelta(days=300),
    )  # fmt: skip
    main = _entered("0311100012345678", {**common, "name": "工行基本户", "bank": "工商银行",
        "branch": "上海市青浦支行", "cnaps": "102290000101"}, by, now)  # fmt: skip
    services.assign_account(account=main, since=since, by=by, at=since)
    sub = _entered(
        "0311100012345678001",
        {**common, "name": "云裳专户", "bank": "工商银行", "parent": main},
        by,
        now,
    )
    customer = Customer.objects.get(code="YUNSHANG")
    later = since + timedelta(days=2)
    services.assign_account(account=sub, customer=customer, since=later, by=by, at=later)
    return main


def _entered(number: str, values: dict[str, object], by: User, now: datetime) -> BankAccount:
    return services.open_account(number=number, values=values, by=by, at=now)


# customer, bank, branch, CNAPS, account, hours since the request
PAYEES = (
    ("YUNSHANG", "招商银行", "上海分行营业部", "308290003020", "121900770010601", 240),
    ("CHAYU", "杭州银行", "杭州西湖支行", "313331000014", "3301040160001122334", 240),
    ("XIANDA", "工商银行", "广州天河支行", "102581000013", "3602000909011002200", 240),
    ("JINGMI", "建设银行", "上海张江支行", "105290036005", "31001520313050011223", 30),
)


@transaction.atomic
def make_payees(*, seed: int, now: datetime) -> None:
    """Each asked for by the settlement clerk, called back by an agent, approved by two managers; the last one
    waits for the next day."""
    people = {one.username: one for one in User.objects.filter(username__in=PAYEE_PEOPLE)}
    maker, caller, *approvers = (people[name] for name in PAYEE_PEOPLE)
    for code, bank, branch, cnaps, number, hours in PAYEES:
        customer = Customer.objects.get(code=code)
        at = now - timedelta(hours=hours)
        values = {"holder": customer.name, "bank": bank, "branch": branch, "cnaps": cnaps}
        scan = services.Paper(PayeePaperKind.REQUEST, BytesIO(SCAN), "收款账户申请书.pdf")
        payee = services.request_payee(
            customer, number=number, values=values, papers=[scan], by=maker, at=at
        )
        contact = may_be_called(payee, at).first()
        if contact is None:
            continue
        called = at + timedelta(hours=2)
        services.record_call(payee, contact=contact, outcome=CallOutcome.CONFIRMED,
            remark="对方报出户名和开户行，尾号一致", by=caller, at=called)  # fmt: skip
        seen = content_of(PAYEE, payee)[1]
        for n, approver in enumerate(approvers, start=1):
            when = called + timedelta(hours=12 * n)
            services.approve_payee(
                payee, seen=seen, second_factor_at=when, by=approver, at=when, is_past=True
            )
    services.move_payees()


PAYEE_PEOPLE = ("jiekuan", "wangfang", "jingli", "zongjingli")
SCAN = b"%PDF-1.4\n1 0 obj <<>> endobj\ntrailer <<>>\n%%EOF\n"
# After the customers of the week, before what inquiries add.
PARTS = ((5, make_bank), (5, make_payees))
