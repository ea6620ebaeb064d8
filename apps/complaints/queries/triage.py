"""What the rules about a new case look at, and the rules in use: every case that is opened asks all of
them.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple, TypeVar

from django.db import connection

from apps.accounts.models import Unit
from apps.complaints.enums import TROUBLE, CaseClass, Severity
from apps.complaints.models import AssignmentRule, Case, MajorRule
from apps.complaints.rules.triage import CaseFacts, choose_severity

Rule = TypeVar("Rule", MajorRule, AssignmentRule)
_IN_USE = """
SELECT (SELECT json_agg(m ORDER BY m.id) FROM complaints_majorrule m WHERE m.is_active),
    (SELECT json_agg(a ORDER BY a.position) FROM complaints_assignmentrule a WHERE a.is_active),
    (SELECT json_object_agg(u.id, u.path) FROM accounts_unit u
        WHERE u.id IN (SELECT unnest(ARRAY[unit_id, team_id]) FROM complaints_assignmentrule)),
    EXISTS (SELECT FROM training_requirement WHERE area = 'cases')
"""


class CaseRules(NamedTuple):
    """Each in its order; of the units of an assignment rule the paths are known. ``is_gated``: whether
    live cases are for the qualified only, so that it is asked who is (STF-1)."""

    major: list[MajorRule]
    assignment: list[AssignmentRule]
    is_gated: bool


def rules_in_use() -> CaseRules:
    """One query."""
    with connection.cursor() as cursor:
        cursor.execute(_IN_USE)
        major, assignment, paths, is_gated = cursor.fetchone()
    rules = CaseRules(
        [_made(MajorRule, row) for row in major or ()],
        [_made(AssignmentRule, row) for row in assignment or ()],
        is_gated,
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


MOST_EARLIER = 50
# Written out: every case that is opened asks it. What is not known is NULL and equals nothing.
_EARLIER = """
SELECT created_at FROM complaints_case
WHERE (contact_phone_index = %(phone)s OR contact_email_index = %(email)s
        OR customer_id = %(customer)s)
    AND created_at >= %(since)s AND case_class = ANY(%(trouble)s) AND id <> %(case)s
ORDER BY id DESC LIMIT %(most)s
"""


def severity_for(case: Case, at: datetime, rules: Sequence[MajorRule]) -> tuple[Severity, str]:
    """By these rules; ``case`` need not be saved yet. At most one query."""
    facts = CaseFacts(
        case_class=CaseClass(case.case_class),
        text=f"{case.title}\n{case.description}",
        declared_value=case.waybill.declared_value if case.waybill else None,
        is_key_account=bool(case.customer and case.customer.key_account),
        complaint_days=_earlier(case, rules, at),
    )
    return choose_severity(facts, rules)


def _earlier(case: Case, rules: Sequence[MajorRule], at: datetime) -> list[float]:
    """How many days ago the same customer or contact complained before."""
    longest = max((rule.repeat_days or 0 for rule in rules), default=0)
    phone, email = case.contact_phone_index, case.contact_email_index
    customer_id = None if phone or email else case.customer_id
    if not longest or not (phone or email or customer_id):
        return []
    known = {"phone": phone or None, "email": email or None, "customer": customer_id}
    with connection.cursor() as cursor:
        cursor.execute(
            _EARLIER,
            {
                **known,
                "since": at - timedelta(days=longest),
                "trouble": [str(one) for one in TROUBLE],
                "case": case.pk or 0,
                "most": MOST_EARLIER,
            },
        )
        moments = [moment for (moment,) in cursor.fetchall()]
    return [(at - moment).total_seconds() / 86_400 for moment in moments]
