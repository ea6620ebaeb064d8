"""The appeal behind a case."""

from apps.appeals.models import Appeal
from apps.complaints.enums import CaseChannel
from apps.complaints.models import Case


def appeal_of(case: Case) -> Appeal | None:
    """The appeal behind a case from the postal authority; what was split off such a case has none. Asked only where
    the case can have one."""
    if case.channel != CaseChannel.AUTHORITY:
        return None
    related = ("answer", "answered_by", "decided_by")
    return Appeal.objects.filter(case=case).select_related(*related).first()
