"""What the clock floor is told of cash-ups and of money on its way to the bank (COD-7)."""

from datetime import datetime

from apps.accounts.models import User
from apps.cod.enums import CodMatter
from apps.cod.models import CashUp, Deposit, QrSettlement
from apps.sla import services as sla
from apps.sla.enums import FactKind, Metric


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
