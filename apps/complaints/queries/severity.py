"""What the rules for major cases look at."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import connection

from apps.complaints.enums import CaseClass, Severity
from apps.complaints.models import Case, MajorRule
from apps.complaints.rules.severity import CaseFacts, choose_severity

MOST_EARLIER = 50
# Written out: every case that is opened asks it. What is not known is NULL and equals nothing.
_EARLIER = """
SELECT created_at FROM complaints_case
WHERE (contact_phone_index = %(phone)s OR contact_email_index = %(email)s
        OR customer_id = %(customer)s)
    AND created_at >= %(since)s AND case_class <> %(inquiry)s AND id <> %(case)s
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
                "inquiry": CaseClass.INQUIRY,
                "case": case.pk or 0,
                "most": MOST_EARLIER,
            },
        )
        moments = [moment for (moment,) in cursor.fetchall()]
    return [(at - moment).total_seconds() / 86_400 for moment in moments]
