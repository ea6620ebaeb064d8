"""Reads of the COD floor."""

from apps.account_changes.queries.changes import affected_customers

__all__ = ["affected_customers"]
