"""What the clock floor is told of cash-ups and of money on its way to the bank (COD-7)."""

from collections.abc import Sequence
from datetime import datetime

from apps.accounts.models import User
from apps.cod.enums import CodMatter
from apps.cod.models import CashUp, ClawBack, Deposit, QrSettlement
from apps.sla import services as sla
from apps.sla.enums import FactKind, MatterState, Metric
from apps.sla.models import Matter
from apps.sla.rules import Attributes


def cash_up_opened(row: CashUp, *, due: datetime, by: User, at: datetime) -> None:
    """It is to be counted and closed by noon of the next day."""
    sla.open_matter(
        kind=CodMatter.CASH_UP,
        subject=row,
        title=str(row),
        unit=row.unit,
        dues={Metric.ACTION: due},
        opened_at=at,
        by=by,
        at=at,
    )


def cash_up_closed(row: CashUp, *, by: User, at: datetime) -> None:
    sla.record_fact(subject=row, kind=FactKind.DONE, by=by, at=at)
    sla.close_matter(subject=row, by=by, at=at)


def sent_to_bank(row: Deposit | QrSettlement, *, by: User, at: datetime) -> None:
    """It is to be seen on the bank within the policy's time."""
    kind = CodMatter.DEPOSIT if isinstance(row, Deposit) else CodMatter.SETTLEMENT
    unit = row.unit if isinstance(row, Deposit) else None
    sla.open_matter(kind=kind, subject=row, title=str(row), unit=unit, opened_at=at, by=by, at=at)


def seen_on_bank(row: Deposit | QrSettlement, *, by: User, at: datetime) -> None:
    sla.record_fact(subject=row, kind=FactKind.DONE, by=by, at=at)
    sla.close_matter(subject=row, by=by, at=at)


def taken_back(row: Deposit, *, by: User, at: datetime) -> None:
    sla.stop_matter(subject=row, reason=row.void_reason, by=by, at=at)


def not_on_bank_after_all(row: Deposit | QrSettlement, *, by: User, at: datetime) -> None:
    sla.reopen_matter(subject=row, by=by, at=at)


def clawed_back(row: ClawBack, *, by: User, at: datetime) -> None:
    """The consignee is to have the money, and the merchant to owe none of it, within the policy's time."""
    sla.open_matter(
        kind=CodMatter.CLAW_BACK,
        subject=row,
        title=str(row),
        attributes=Attributes(customer_id=row.merchant_id),
        unit=row.item.unit,
        opened_at=at,
        by=by,
        at=at,
    )


def claw_backs_moved(rows: Sequence[ClawBack], *, by: User, at: datetime) -> None:
    """Settled ones end; what was settled and is not any more begins again."""
    sla.finish_matters([row for row in rows if row.is_settled], kind=FactKind.DONE, by=by, at=at)
    open_ones = {str(row.pk): row for row in rows if not row.is_settled}
    closed = Matter.objects.about(*open_ones.values()).filter(state=MatterState.CLOSED)
    for subject_id in closed.values_list("subject_id", flat=True):
        sla.reopen_matter(subject=open_ones[subject_id], by=by, at=at)
