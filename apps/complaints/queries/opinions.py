"""Whom the praise of a case is about; asked only where the case can be praise."""

from apps.complaints.enums import CaseClass
from apps.complaints.models import Case, Praise


def praise_of(case: Case) -> Praise | None:
    if case.case_class != CaseClass.PRAISE:
        return None
    return Praise.objects.filter(case=case).select_related("colleague", "named_by").first()
