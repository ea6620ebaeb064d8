"""What a colleague can do to a record: an act is declared once, ``acting`` and ``bulk`` make its pages.

An act is one call of a service. It is offered to whoever has its permission while ``may`` says yes,
on a page of its own or in a panel of the record's page, and its refusal is shown beside the field at
fault with everything as it was typed.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django import forms
from django.http import HttpRequest

from apps.backoffice.forms import ConfirmForm


@dataclass(frozen=True)
class ActContext:
    """One use of an act: who does it to which record, and what they typed.

    ``record`` is None while something new is entered. ``row`` is the row of the record that the act
    is about, where it is about one. ``at`` is aware.
    """

    record: Any
    by: Any
    at: datetime
    row: Any = None
    form: Any = None
    # What the address said: "?day=2026-12-24".
    query: Mapping[str, str] = field(default_factory=dict)
    shared: Any = None  # what a bulk act has read once for all of them

    @property
    def typed(self) -> dict[str, Any]:
        """The form's clean values."""
        values: dict[str, Any] = self.form.cleaned_data
        return values

    @property
    def subject(self) -> Any:
        """What the act is about: the row, or else the record."""
        return self.record if self.row is None else self.row

    @property
    def who(self) -> dict[str, Any]:
        """The arguments that every service ends with."""
        return {"by": self.by, "at": self.at}


def on_subject(service: Callable[..., Any]) -> Callable[[ActContext], Any]:
    """``service`` with what the act is about, what was typed, who does it and when: what most acts are."""

    def run(context: ActContext) -> Any:
        return service(context.subject, **context.typed, **context.who)

    return run


def _always(_subject: Any) -> bool:
    return True


def _to_everybody(_record: Any, _user: Any) -> bool:
    return True


def _nothing(_context: ActContext) -> dict[str, Any]:
    return {}


@dataclass(frozen=True)
class Act:
    """``run`` calls the service. What it returns decides what follows: a text is said instead of
    ``done``, an answer (HttpResponse) is given as it is; with ``shows`` its result is shown in that
    template, this once, and ``done`` stands above it; after everything else the record's page comes
    again, or that of the record just made.
    """

    name: str  # in the address: "put-on-hold"
    label: Any
    permission: str  # "orders.change_workorder"
    run: Callable[[ActContext], Any]
    explains: Any = ""  # what will happen, to whom
    done: Any = ""  # what is said afterwards; a function makes it of what ``run`` returned
    form: type[forms.BaseForm] = ConfirmForm
    may: Callable[[Any], bool] = _always  # asked of the row, or else the record
    rows: str = ""  # related name on the record, when the act is about one of its rows
    initial: Callable[[ActContext], dict[str, Any]] = _nothing
    options: Callable[[ActContext], dict[str, Any]] = _nothing  # further arguments of the form
    # The service's name of a field → the form's.
    fields: Mapping[str, str] = field(default_factory=dict)
    danger: bool = False
    is_button: bool = True  # False: reached from a row or another page
    in_list: bool = False  # also a link in each row of the list, where that goes by its number
    is_panel: bool = False  # a form on the record's page instead of a page of its own
    button: Any = ""  # what the button says, where that is not the label
    key: str = ""  # keyboard
    tells_customer: bool = False  # then the page first shows what was written meanwhile
    page: str = "backoffice/act.html"  # a template that extends this one
    about: str = ""  # the kind of approval that it decides about (backoffice.approval_kinds)
    shows: str = ""
    # What would come of it, shown before anything is saved: further names for the page.
    preview: Callable[[ActContext], dict[str, Any]] | None = None
    # To whom the button is shown, besides the permission; the service refuses whoever else comes.
    offered_to: Callable[[Any, Any], bool] = _to_everybody

    @property
    def has_preview(self) -> bool:
        """For templates, which would call ``preview`` itself."""
        return self.preview is not None

    def allows(self, user: Any) -> bool:
        return bool(user.has_perm(self.permission))


@dataclass(frozen=True)
class BulkAct:
    """The same for many records chosen in a list: ``run`` is called for each in a transaction of its
    own, so that one refusal does not hold up the rest."""

    name: str
    label: Any
    permission: str
    run: Callable[[ActContext], Any]
    explains: Any = ""
    form: type[forms.BaseForm] = ConfirmForm
    initial: Callable[[ActContext], dict[str, Any]] = _nothing
    options: Callable[[ActContext], dict[str, Any]] = _nothing
    danger: bool = False
    button: Any = ""
    asks: bool = True  # False: done as soon as it is chosen, without a page that asks
    tells_customer: bool = False
    # Where it leads when some are done: an address from those records and what was typed.
    leads_to: Callable[[list[Any], Mapping[str, Any]], str] | None = None
    # Read once for all of them; ``run`` finds it in ``context.shared``.
    shared: Callable[[HttpRequest], Any] | None = None

    def allows(self, user: Any) -> bool:
        return bool(user.has_perm(self.permission))


@dataclass(frozen=True)
class Panel:
    """An act on the record's page with its form, which posts to ``address``; open when it was
    refused or asked for."""

    act: Act
    form: Any
    is_open: bool
    address: str
