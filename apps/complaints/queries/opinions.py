"""What a case holds besides by its channel or class; asked only where the case can have it."""

from apps.complaints.enums import CaseChannel, CaseClass
from apps.complaints.models import Appeal, Case, Praise


def appeal_of(case: Case) -> Appeal | None:
    """The appeal behind a case from the postal authority; what was split off such a case has none."""
    if case.channel != CaseChannel.AUTHORITY:
        return None
    related = ("answer", "answered_by", "decided_by")
    return Appeal.objects.filter(case=case).select_related(*related).first()


def praise_of(case: Case) -> Praise | None:
    if case.case_class != CaseClass.PRAISE:
        return None
    return Praise.objects.filter(case=case).select_related("colleague", "named_by").first()
