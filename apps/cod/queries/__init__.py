"""Reads of the COD floor."""

from apps.cod.queries.changes import affected_customers

__all__ = ["affected_customers"]
