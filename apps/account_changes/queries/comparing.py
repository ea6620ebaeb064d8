"""The banks that were compared, by score, and the test deposits of both accounts (COD-2)."""

from dataclasses import dataclass

from apps.account_changes.models import Candidate, ChangeProject, DepositTest
from apps.account_changes.rules.changes import MARKS, Medians, Paid, medians, score, wins


@dataclass(frozen=True, slots=True)
class Ranked:
    """``score`` is out of 500; candidates with the same one share their ``place``."""

    row: Candidate
    bank: str
    marks: tuple[int, ...]
    score: int
    place: int

    @property
    def points(self) -> str:
        """Out of 5.00."""
        return f"{self.score / 100:.2f}"


@dataclass(frozen=True, slots=True)
class Comparison:
    """Test deposits side by side."""

    old: Medians
    new: Medians

    @property
    def new_wins(self) -> bool:
        return wins(self.new, self.old)


def weights_of(project: ChangeProject) -> tuple[int, ...]:
    return tuple(getattr(project, f"weight_{mark}") for mark in MARKS)


def compared(project: ChangeProject) -> list[Ranked]:
    """The best first."""
    weights = weights_of(project)
    rows = []
    for one in project.candidates.order_by("bank"):
        marks = tuple(getattr(one, mark) for mark in MARKS)
        rows.append((score(marks, weights), one, marks))
    rows.sort(key=lambda row: (-row[0], row[1].bank))
    points = [row[0] for row in rows]
    return [
        Ranked(one, one.bank, marks, found, points.index(found) + 1) for found, one, marks in rows
    ]


def tested(project: ChangeProject) -> list[DepositTest]:
    """Those that count, of the accounts it is about now."""
    accounts = [project.old_account_id, project.new_account_id]
    rows = project.deposits.filter(struck_at=None, account__in=accounts)
    return list(rows.select_related("account", "by").order_by("sent", "pk"))


def comparison(project: ChangeProject) -> Comparison:
    rows = tested(project)

    def of(account_id: int | None) -> Medians:
        return medians(
            [
                Paid(one.confirmed - one.sent, one.arrived - one.sent)
                for one in rows
                if one.account_id == account_id
            ]
        )

    return Comparison(of(project.old_account_id), of(project.new_account_id))
