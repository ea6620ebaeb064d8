"""The rules that staff keep as data, those in use: every case that is opened asks all of them."""

from decimal import Decimal
from typing import Any, NamedTuple, TypeVar

from django.db import connection

from apps.accounts.models import Unit
from apps.complaints.models import AssignmentRule, MajorRule

Rule = TypeVar("Rule", MajorRule, AssignmentRule)
_IN_USE = """
SELECT (SELECT json_agg(m ORDER BY m.id) FROM complaints_majorrule m WHERE m.is_active),
    (SELECT json_agg(a ORDER BY a.position) FROM complaints_assignmentrule a WHERE a.is_active),
    (SELECT json_object_agg(u.id, u.path) FROM accounts_unit u
        WHERE u.id IN (SELECT unnest(ARRAY[unit_id, team_id]) FROM complaints_assignmentrule))
"""


class CaseRules(NamedTuple):
    """Each in its order; of the units of an assignment rule the paths are known."""

    major: list[MajorRule]
    assignment: list[AssignmentRule]


def rules_in_use() -> CaseRules:
    """One query."""
    with connection.cursor() as cursor:
        cursor.execute(_IN_USE)
        major, assignment, paths = cursor.fetchone()
    rules = CaseRules(
        [_made(MajorRule, row) for row in major or ()],
        [_made(AssignmentRule, row) for row in assignment or ()],
    )
    for severe in rules.major:
        if severe.min_declared_value is not None:
            severe.min_declared_value = Decimal(str(severe.min_declared_value))
    for rule in rules.assignment:
        if rule.unit_id is not None:
            rule.unit = Unit(pk=rule.unit_id, path=paths[str(rule.unit_id)])
        if rule.team_id is not None:
            rule.team = Unit(pk=rule.team_id, path=paths[str(rule.team_id)])
    return rules


def _made(model: type[Rule], row: dict[str, Any]) -> Rule:
    """As the ORM makes one of what it has read, which takes half as long as naming each field."""
    fields = [field.attname for field in model._meta.concrete_fields]
    return model.from_db("default", fields, [row[name] for name in fields])
