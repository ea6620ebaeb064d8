"""What happened to accounts, from the events: who entered, changed, assigned, closed or saw which."""

from datetime import datetime
from typing import Any

from django.apps import apps
from django.db.models import QuerySet

from apps.events.details import readable_details
from apps.events.kinds import known_kinds
from apps.safety.models import AccountEvent

# Nouns whose events are about an account of ours or of a merchant, or about who may get at them.
NOUNS = ("bankaccount", "payee", "payout", "payoutfile", "accountchange", "account_notice", "accountcheck",
         "securityalert", "sealfinding", "seal", "payeralias")  # fmt: skip
REVEALED = ("bankaccount.revealed", "payee.revealed")
REFUSED = ("accountchange.attempt_refused", "payee.attempt_refused", "payout.attempt_refused",
           "user.second_factor_refused")  # fmt: skip
ACCESS = ("user.role_granted", "user.role_ended", "user.two_factor_reset", "apikey.created",
          "user.directory_linked", "directorygroup.mapped", "directorygroup.ended")  # fmt: skip


def kinds() -> list[str]:
    """Every kind of event that is told here."""
    about = [kind for kind in known_kinds() if kind.partition(".")[0] in NOUNS]
    return sorted({*about, *REVEALED, *REFUSED, *ACCESS})


def trail(
    view: str,
    *,
    kind: str = "",
    username: str = "",
    since: datetime | None = None,
    before: datetime | None = None,
) -> "QuerySet[AccountEvent]":
    """Events under a view of the list and its filters, in any order."""
    chosen = {"revealed": REVEALED, "refused": REFUSED, "access": ACCESS}.get(view)
    rows = AccountEvent.objects.select_related("by").filter(kind__in=chosen or kinds())
    if kind:
        rows = rows.filter(kind=kind)
    if username:
        rows = rows.filter(by__username=username.strip().lower())
    if since is not None:
        rows = rows.filter(at__gte=since)
    if before is not None:
        rows = rows.filter(at__lt=before)
    return rows


def model_of(event: AccountEvent) -> Any:
    """What kind of thing the event is about; the event itself, where that is no model any more."""
    try:
        return apps.get_model(event.subject_type)
    except (LookupError, ValueError):
        return AccountEvent


def details_of(event: AccountEvent) -> str:
    """Its details in words, in the language of the page."""
    return "; ".join(f"{name}: {text}" for name, text in readable_details(event, model_of(event)))
