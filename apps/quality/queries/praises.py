"""Whom customers praise, for the colleague and whoever leads them."""

from datetime import datetime

from django.db.models import Q, QuerySet

from apps.accounts.enums import Role
from apps.accounts.models import User
from apps.complaints.enums import CaseClass
from apps.complaints.models import Praise
from apps.complaints.services.praise import LEADS
from apps.training.queries import led_by

SEE_ALL_THEY_LEAD = (
    *(*LEADS, Role.QC_MANAGER),
    *(Role.DEPUTY_GENERAL_MANAGER, Role.GENERAL_MANAGER),
)
MOST = 500


def praises_for(user: User, first: datetime, before: datetime) -> QuerySet[Praise]:
    """Praise of the user, and of those whom the user leads, named in this time, newest first."""
    seen = Q(colleague=user)
    if user.is_superuser or user.has_role(*SEE_ALL_THEY_LEAD):
        seen |= Q(colleague__in=led_by(user))
    rows = Praise.objects.filter(seen, case__case_class=CaseClass.PRAISE)
    rows = rows.filter(named_at__gte=first, named_at__lt=before)
    return rows.select_related("colleague", "case", "case__unit").order_by("-named_at", "-pk")
