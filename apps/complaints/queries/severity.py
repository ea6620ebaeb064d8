"""What the rules for major cases look at."""

from datetime import datetime, timedelta

from django.db.models import Q

from apps.complaints.enums import CaseClass, Severity
from apps.complaints.models import Case, MajorRule
from apps.complaints.rules.severity import CaseFacts, choose_severity

MOST_EARLIER = 50


def severity_for(case: Case, at: datetime) -> tuple[Severity, str]:
    """By the rules in use; ``case`` need not be saved yet. At most two queries."""
    rules = list(MajorRule.objects.filter(is_active=True))
    facts = CaseFacts(
        case_class=CaseClass(case.case_class),
        text=f"{case.title}\n{case.description}",
        declared_value=case.waybill.declared_value if case.waybill else None,
        is_key_account=bool(case.customer and case.customer.key_account),
        complaint_days=_earlier(case, rules, at),
    )
    return choose_severity(facts, rules)


def _earlier(case: Case, rules: list[MajorRule], at: datetime) -> list[float]:
    """How many days ago the same customer or contact complained before."""
    longest = max((rule.repeat_days or 0 for rule in rules), default=0)
    same = Q(pk__in=[])
    if case.contact_phone_index:
        same |= Q(contact_phone_index=case.contact_phone_index)
    if case.contact_email_index:
        same |= Q(contact_email_index=case.contact_email_index)
    if case.customer_id and not case.contact_phone_index and not case.contact_email_index:
        same |= Q(customer=case.customer_id)
    if not longest:
        return []
    found = Case.objects.filter(same, created_at__gte=at - timedelta(days=longest))
    found = found.exclude(case_class=CaseClass.INQUIRY).exclude(pk=case.pk)
    moments = found.order_by("-pk").values_list("created_at", flat=True)[:MOST_EARLIER]
    return [(at - moment).total_seconds() / 86_400 for moment in moments]
