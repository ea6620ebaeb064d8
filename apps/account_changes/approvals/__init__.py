"""What of this floor is approved, by whom."""

from apps.account_changes.approvals.changes import ACCOUNT_CHANGE, CHANGES

__all__ = ["ACCOUNT_CHANGE", "APPROVALS"]

APPROVALS = (*CHANGES,)
