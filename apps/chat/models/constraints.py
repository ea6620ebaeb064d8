"""What must never be false of a chat, whoever writes it."""

from django.db import models
from django.db.models import F, Q

from apps.accounts.enums import Language
from apps.chat.enums import ChatEnd, ChatState
from apps.chat.states import CHAT_OVER, CHAT_WITH_AGENT


def chat_constraints() -> list[models.BaseConstraint]:
    return [*_states(), *_ends(), *_lines()]


def _check(name: str, condition: Q) -> models.CheckConstraint:
    return models.CheckConstraint(name=f"chat_{name}", condition=condition)


def _states() -> list[models.BaseConstraint]:
    return [
        _check("state_known", Q(state__in=ChatState.values)),
        _check("language_known", Q(language__in=Language.values)),
        _check("queued_has_no_agent", ~Q(state=ChatState.QUEUED) | Q(agent__isnull=True)),
        _check(
            "with_agent_has_one", ~Q(state__in=sorted(CHAT_WITH_AGENT)) | Q(agent__isnull=False)
        ),
        _check("rating_one_to_five", Q(rating__isnull=True) | Q(rating__gte=1, rating__lte=5)),
    ]


def _ends() -> list[models.BaseConstraint]:
    over = Q(state__in=sorted(CHAT_OVER))
    ended = Q(ended_at__isnull=False, ended_by__isnull=False, end_reason__in=ChatEnd.values)
    going_on = Q(ended_at__isnull=True, ended_by__isnull=True, end_reason="")
    filed = Q(filed_at__isnull=False, filed_by__isnull=False, case__isnull=False)
    dismissed = Q(dismissed_at__isnull=False, dismissed_by__isnull=False) & ~Q(dismiss_reason="")
    return [
        _check("over_says_how", (over & ended) | (~over & going_on)),
        _check(
            "ends_after_it_started", Q(ended_at__isnull=True) | Q(ended_at__gte=F("started_at"))
        ),
        _check(
            "filed_in_a_case",
            (Q(state=ChatState.FILED) & filed)
            | (~Q(state=ChatState.FILED) & Q(filed_at__isnull=True, filed_by__isnull=True)),
        ),
        _check(
            "dismissed_says_why",
            (Q(state=ChatState.DISMISSED) & dismissed)
            | (
                ~Q(state=ChatState.DISMISSED)
                & Q(dismissed_at__isnull=True, dismissed_by__isnull=True, dismiss_reason="")
            ),
        ),
        _check("dismissed_has_no_case", ~Q(state=ChatState.DISMISSED) | Q(case__isnull=True)),
    ]


def _lines() -> list[models.BaseConstraint]:
    return [
        _check("one_side_waits", Q(awaits_since__isnull=True) | Q(quiet_since__isnull=True)),
        _check(
            "read_what_is_there",
            Q(visitor_read__lte=F("last_line"), agent_read__lte=F("last_line")),
        ),
    ]
