"""Rules, causes and saved filters: data that staff keep."""

from datetime import datetime
from typing import Any, TypeVar

from django.db import models, transaction
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.complaints.models import AssignmentRule, CauseNode, MajorRule
from apps.complaints.rules.causes import check_code
from apps.core.errors import RuleBroken
from apps.core.models import save_checked
from apps.events.services import record

R = TypeVar("R", bound=models.Model)


@transaction.atomic
def save_assignment_rule(rule: AssignmentRule, *, by: User, at: datetime) -> AssignmentRule:
    return save_row(rule, "assignment_rule.changed", {"name": rule.name}, by=by, at=at)


@transaction.atomic
def save_major_rule(rule: MajorRule, *, by: User, at: datetime) -> MajorRule:
    rule.words = "\n".join(word.strip() for word in rule.words.splitlines() if word.strip())
    return save_row(rule, "major_rule.changed", {"name": rule.name}, by=by, at=at)


@transaction.atomic
def save_cause(cause: CauseNode, *, by: User, at: datetime) -> CauseNode:
    """Add or change one; its code begins with its parent's. A branch in use keeps its code."""
    check_code(cause.code, cause.parent.code if cause.parent else "")
    if cause.pk and CauseNode.objects.filter(pk=cause.pk).exclude(code=cause.code).exists():
        raise RuleBroken(
            _("A cause keeps its code; take it out of use and add another."),
            code="code_is_kept",
            field="code",
        )
    return save_row(cause, "cause.changed", {"code": cause.code}, by=by, at=at)


def save_row(row: R, kind: str, data: dict[str, Any], *, by: User, at: datetime) -> R:
    save_checked(row)
    record(kind, row, by=by, at=at, data=data)
    return row
