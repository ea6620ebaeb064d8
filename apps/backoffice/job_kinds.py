"""Kinds of long work, each declared once in the ``jobs`` module of its app (docs/changing.md).

A kind does its work in steps. Each step is one transaction that also commits its place, so a run that
follows a killed one goes on after the last step and does nothing twice.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import IO, Any, Protocol

from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _

from apps.core.discovery import modules_named


class Run(Protocol):
    """One run of a job, as its kind sees it.

    ``given`` is what was asked for, ``by`` and ``at`` who asked when. ``place`` says where to go on,
    ``done`` and ``total`` how far it is; they are committed by the step in which they are set.
    """

    given: Mapping[str, Any]
    by: Any
    at: datetime
    place: dict[str, Any]
    done: int
    total: int | None

    def step(self) -> AbstractContextManager[None]:
        """A piece of the work, at most some seconds long, in a transaction of its own."""

    def beat(self) -> None:
        """In work that is no step (a file being written): still here. Keeps the lease and shows
        ``done``; what is called off ends here."""


@dataclass(frozen=True)
class Result:
    """What a job leaves: an open file at its beginning, which is stored and closed, and numbers."""

    file: IO[bytes] | None = None
    file_name: str = ""
    summary: Mapping[str, Any] = field(default_factory=dict)


def _nothing(_job: Any) -> None:
    return None


@dataclass(frozen=True)
class JobKind:
    """``run`` does the work and may raise RuleBroken, whose sentence the one who asked is shown.
    ``permission`` is what one must hold to ask, to see the result, and while it runs. ``ended`` is
    called in the transaction in which the job ends, however it ends; ``address`` leads to the page
    of what it is about."""

    name: str  # "orders.recalculation": unique in the installation, its app before the point
    label: Any
    permission: str
    run: Callable[[Run], Result | None]
    ended: Callable[[Any], None] = _nothing
    address: Callable[[Any], str] | None = None


# What else an app may declare in its ``jobs``, and the service that makes a kind of it: by name, because
# services stand above this module.
_MAKERS = {
    "EXPORTS": "apps.backoffice.services.exporting.job_of_export",
    "IMPORTS": "apps.backoffice.services.import_runs.job_of_import",
}


def _declared() -> Iterator[JobKind]:
    for _config, module in modules_named("jobs"):
        yield from getattr(module, "JOBS", ())
        for name, maker in _MAKERS.items():
            yield from map(import_string(maker), getattr(module, name, ()))


@lru_cache(maxsize=1)
def job_kinds() -> Mapping[str, JobKind]:
    """All kinds of all apps by their names."""
    kinds: dict[str, JobKind] = {}
    for kind in _declared():
        if kind.name in kinds:
            raise ValueError(f"two kinds of jobs are called {kind.name!r}")
        kinds[kind.name] = kind
    return kinds


def label_of_kind(name: str) -> Any:
    kind = job_kinds().get(name)
    return kind.label if kind else _("no longer done")
