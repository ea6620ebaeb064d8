"""Where the files of an account leave something out."""

from dataclasses import dataclass

from apps.banking.enums import FileState
from apps.banking.models import BankAccount, BankFile
from apps.banking.rules import gaps


@dataclass(frozen=True, slots=True)
class Gap:
    """Between the end of ``before`` and the beginning of ``after`` something is missing."""

    before: BankFile
    after: BankFile


def gaps_of(account: BankAccount) -> list[Gap]:
    """In the order of days; one query. A file that reaches to today is never the last word of it, and
    the next one overlaps."""
    files = list(
        BankFile.objects.filter(account=account, state=FileState.TAKEN).order_by(
            "from_day", "to_day", "id"
        )
    )
    spans = [(file.from_day, file.to_day, file.opening, file.closing) for file in files]
    return [Gap(files[before], files[after]) for before, after in gaps(spans)]
