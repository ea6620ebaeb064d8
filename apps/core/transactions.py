"""Transactions of services that are part of another service's act."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction


@contextmanager
def in_callers_transaction() -> Iterator[None]:
    """For a service that others call in the middle of theirs: part of its caller's transaction without
    the two statements of a savepoint; by itself it makes a transaction of its own.

    What it had written when it raises is undone with its caller. So services that doors call, which go
    on after an error, keep ``transaction.atomic``.
    """
    if connection.in_atomic_block:
        yield
    else:
        with transaction.atomic():
            yield


@contextmanager
def without_savepoints() -> Iterator[None]:
    """One transaction for many acts of which none may stay without the others, without the two statements
    of a savepoint for each: an error undoes all of them, also where somebody catches it on the way."""
    features = connection.features
    with transaction.atomic():
        kept, features.uses_savepoints = features.uses_savepoints, False
        try:
            yield
        finally:
            features.uses_savepoints = kept
