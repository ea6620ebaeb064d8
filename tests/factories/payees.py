"""Payout accounts and payouts at each step of their way."""

from datetime import datetime, timedelta
from decimal import Decimal
from io import BytesIO
from itertools import count
from typing import Any

from django.utils import timezone

from apps.accounts.enums import Role
from apps.accounts.models import User
from apps.backoffice.models import ApprovalRequest
from apps.backoffice.queries.approvals import live_request
from apps.backoffice.rules.approvals import canonical, rounds_to_json, sha256_of
from apps.banking import services
from apps.banking.approvals import PAYEE, PAYOUT, TWO_DEPARTMENTS
from apps.banking.enums import CallOutcome, PayeePaperKind, PayoutPurpose
from apps.banking.models import BankAccount, PayeeAccount, Payout, PayoutFile
from apps.banking.queries import payee_sha
from apps.customers.enums import ContactRole
from apps.customers.models import Contact, Customer
from apps.customers.services import add_contact
from tests.factories.accounts import UserFactory
from tests.factories.banking import bank_account
from tests.factories.customers import PDF, CustomerFactory

_numbers = count(1)


def ago(**parts: float) -> datetime:
    return timezone.now() - timedelta(**parts)


def merchant(**fields: Any) -> Customer:
    """A customer with a contact for money whose phone has been on file for long."""
    customer = CustomerFactory(**fields)
    contact(customer, at=ago(days=200))
    return customer


def contact(customer: Customer, *, at: datetime, **fields: Any) -> Contact:
    values = {
        "name": "钱会计",
        "role": ContactRole.FINANCE,
        "phone": f"1380013{next(_numbers):04d}",
    }
    return add_contact(customer, {**values, **fields}, by=UserFactory(), at=at)


def paper(kind: PayeePaperKind = PayeePaperKind.REQUEST, content: bytes = PDF) -> services.Paper:
    return services.Paper(kind, BytesIO(content), "申请书.pdf")


def values(customer: Customer, **fields: Any) -> dict[str, Any]:
    return {
        "holder": customer.name,
        "bank": "招商银行",
        "branch": "上海分行营业部",
        "cnaps": "308290003027",
        **fields,
    }


def requested(
    customer: Customer | None = None, *, at: datetime | None = None, by: Any = None, **fields: Any
) -> PayeeAccount:
    who = customer or merchant()
    number = fields.pop("number", f"6214850{next(_numbers):09d}")
    papers = fields.pop("papers", None) or [paper()]
    purpose = fields.pop("purpose", PayoutPurpose.COD)
    key = fields.pop("source_key", "")
    return services.request_payee(
        who,
        number=number,
        values=values(who, **fields),
        papers=papers,
        purpose=purpose,
        source_key=key,
        by=by or UserFactory(),
        at=at or timezone.now(),
    )


def called_back(payee: PayeeAccount | None = None, *, at: datetime | None = None) -> PayeeAccount:
    row = payee or requested(at=at)
    services.record_call(
        row,
        contact=row.customer.contacts.order_by("pk").first(),  # type: ignore[arg-type]  # there is one
        outcome=CallOutcome.CONFIRMED,
        remark="财务确认变更",
        by=UserFactory(),
        at=at or timezone.now(),
    )
    return fresh(row)


def approver(*roles: Role) -> User:
    """Of the finance department unless told otherwise."""
    return UserFactory(roles=list(roles or (Role.FINANCE,)))


def approve(
    payee: PayeeAccount, by: User, *, at: datetime | None = None, **more: Any
) -> PayeeAccount:
    when = at or timezone.now()
    more = {"seen": seen(PAYEE, payee), "second_factor_at": when, **more}
    return services.approve_payee(payee, by=by, at=when, **more)


def cooling(payee: PayeeAccount | None = None, *, at: datetime | None = None) -> PayeeAccount:
    row = called_back(payee, at=at)
    past = {"is_past": True} if at else {}
    approve(row, approver(), at=at, **past)
    approve(row, approver(Role.GENERAL_MANAGER), at=at, **past)
    return fresh(row)


def cooling_of(payee: PayeeAccount) -> PayeeAccount:
    """One that was called back, approved by two now."""
    approve(payee, approver())
    approve(payee, approver(Role.GENERAL_MANAGER))
    found: PayeeAccount = fresh(payee)
    return found


def active(customer: Customer | None = None, **fields: Any) -> PayeeAccount:
    """In use since long ago; what waits besides is put into use as well, once its time is over."""
    at = fields.pop("at", ago(days=40))
    row = cooling(requested(customer or merchant(), at=at, **fields), at=at)
    services.move_payees()
    return fresh(row)


def draft(
    payee: PayeeAccount | None = None, amount: str = "100.00", *, account: Any = None, **more: Any
) -> Payout:
    """Of a customer's row as its subject: any row of a floor above does."""
    row = payee or active()
    return services.draft_payout(
        purpose=more.pop("purpose", PayoutPurpose.COD),
        subject=more.pop("subject", None) or CustomerFactory(),
        payee=row,
        amount=Decimal(amount),
        from_account=account or bank_account(),
        note="代收货款",
        by=more.pop("by", None) or UserFactory(),
        at=more.pop("at", None) or timezone.now(),
    )


def release(payout: Payout) -> Payout:
    services.ask_release(payout, by=UserFactory(), at=timezone.now())
    approve_release(payout, approver())
    approve_release(payout, approver(Role.GENERAL_MANAGER))
    return fresh(payout)


def approve_release(payout: Payout, by: User, **more: Any) -> Payout:
    now = timezone.now()
    more = {"seen": seen(PAYOUT, payout), "second_factor_at": now, **more}
    return services.approve_payout(payout, by=by, at=now, **more)


def released(amount: str = "100.00", **more: Any) -> Payout:
    return release(draft(amount=amount, **more))


def filed(*payouts: Payout, account: BankAccount | None = None, by: Any = None) -> PayoutFile:
    rows = payouts or (released(),)
    made = services.make_payment_file(
        rows,
        account=account or rows[0].account,
        template="icbc",
        by=by or UserFactory(),
        at=timezone.now(),
    )
    return made.file


def results(
    *rows: tuple[Any, ...], head: str = "业务参考号,收款账号,金额,交易日期,处理结果,失败原因"
) -> bytes:
    """(payout, amount, status) of each, with what else is to stand there."""
    lines = [head]
    for payout, amount, status, *more in rows:
        day = more[0] if more else f"{timezone.localdate():%Y-%m-%d}"
        account = more[1] if len(more) > 1 else f"****{payout.payee.tail}"
        lines.append(f'{payout.number},{account},"{amount}",{day},{status},')
    return "\n".join(lines).encode()


def answer(file: PayoutFile, content: bytes, **more: Any) -> Any:
    return services.take_result_file(
        file,
        content=content,
        name=more.pop("name", "结果.csv"),
        by=more.pop("by", None) or UserFactory(),
        at=more.pop("at", None) or timezone.now(),
    )


def seen(kind: str, subject: Any) -> str:
    request: ApprovalRequest | None = live_request(kind, subject)
    return request.sha256 if request else ""


def fresh(row: Any) -> Any:
    return type(row).objects.get(pk=row.pk)


def subject_approved(payout: Payout, **content: Any) -> ApprovalRequest:
    """As a floor above has it: its row is approved by two, with the amount and the account in the content."""
    text = canonical({"amount": str(payout.amount), "payee": payee_sha(payout.payee), **content})
    request = ApprovalRequest.objects.create(
        kind=f"tests.remittance{next(_numbers)}",
        subject_type=payout.subject_type,
        subject_id=payout.subject_id,
        title="汇款",
        content=text,
        sha256=sha256_of(text),
        rounds=rounds_to_json([TWO_DEPARTMENTS]),
        maker_persons=["nobody"],
        asked_at=timezone.now(),
        asked_by=UserFactory(),
    )
    for seat in ("finance", "management"):
        by = UserFactory()
        request.approvals.create(
            round=1, seat=seat, person=by.staff_number, decision="approved", sha256=request.sha256,
            decided_at=timezone.now(), decided_by=by,
        )  # fmt: skip
    request.state, request.closed_at, request.closed_by = "approved", timezone.now(), UserFactory()
    request.waiting_roles = []
    request.save()
    return request
