"""Names of permissions, for the tables in which apps say who may do what (their ``roles.py``)."""

from collections.abc import Mapping
from typing import Any


def may(what: str) -> frozenset[str]:
    """Permissions by their own names: ``may("assign_case close_case")``."""
    return frozenset(what.split())


def view(models: str) -> frozenset[str]:
    """See rows of these models: ``view("contract customer")``."""
    return frozenset(f"view_{model}" for model in models.split())


def maintain(models: str) -> frozenset[str]:
    """Add and change rows of these models."""
    return frozenset(f"{verb}_{model}" for model in models.split() for verb in ("add", "change"))


def merged(*tables: Mapping[Any, frozenset[str]]) -> dict[str, frozenset[str]]:
    """Several tables of role → permissions as one."""
    together: dict[str, frozenset[str]] = {}
    for table in tables:
        for role, names in table.items():
            together[role] = together.get(role, frozenset()) | names
    return together
