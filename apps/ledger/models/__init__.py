from apps.ledger.models.accounts import Account, AccountTitle
from apps.ledger.models.entries import Entry, Posting
from apps.ledger.models.periods import DayBalance, Period

__all__ = ["Account", "AccountTitle", "DayBalance", "Entry", "Period", "Posting"]
