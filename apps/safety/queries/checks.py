"""Security checks of accounts as lists and pages show them."""

from datetime import datetime
from typing import Any

from django.db.models import Count, Q, QuerySet

from apps.events.models import Event
from apps.safety.enums import CheckState, FollowUpState
from apps.safety.models import AccountCheck

MOST_REVEALS = 100


def check_list(view: str, at: datetime) -> "QuerySet[AccountCheck]":
    """Checks under a view of the list, each with ``waiting``: how many of its findings are open."""
    rows = AccountCheck.objects.select_related("account", "done_by").annotate(
        waiting=Count("follow_ups", filter=Q(follow_ups__state=FollowUpState.WAITING))
    )
    if view == "due":
        return rows.filter(state=CheckState.DUE)
    if view == "overdue":
        return rows.filter(state=CheckState.DUE, due_at__lt=at)
    if view == "findings":
        return rows.filter(waiting__gt=0)
    if view == "done":
        return rows.filter(state=CheckState.DONE)
    return rows


def before(check: AccountCheck) -> AccountCheck | None:
    """The check of the same account that was carried out last before this one."""
    found = AccountCheck.objects.filter(account=check.account_id, state=CheckState.DONE)
    return found.filter(pk__lt=check.pk).order_by("-pk").first()


def reveals_since(check: AccountCheck) -> "QuerySet[Event]":
    """Who saw the account's number in clear between the last check and this one, newest first."""
    last = before(check)
    rows = Event.objects.filter(
        subject_type="banking.bankaccount",
        subject_id=str(check.account_id),
        kind="bankaccount.revealed",
    )
    if last is not None and last.done_at is not None:
        rows = rows.filter(at__gt=last.done_at)
    if check.done_at is not None:
        rows = rows.filter(at__lte=check.done_at)
    return rows.select_related("by").order_by("-id")[:MOST_REVEALS]


def answers_of(check: AccountCheck) -> Any:
    return check.answers.select_related("item").order_by("item__position", "id")


def follow_ups_of(check: AccountCheck) -> Any:
    return check.follow_ups.select_related("item", "person", "closed_by").order_by("id")
