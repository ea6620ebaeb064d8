"""The staff pages of the ledger."""

from apps.ledger.admin.accounts import AccountAdmin, AccountTitleAdmin
from apps.ledger.admin.entries import EntryAdmin
from apps.ledger.admin.periods import PeriodAdmin

__all__ = ["AccountAdmin", "AccountTitleAdmin", "EntryAdmin", "PeriodAdmin"]
