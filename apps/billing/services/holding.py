"""New monthly orders of those who are overdue or above their limit wait: billing knows it, the hold is
the customers floor's (BIL-6)."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts.queries import system_user
from apps.billing.queries.holding import above_limit, overdue
from apps.core.money import format_money
from apps.core.times import now as present
from apps.customers.enums import HoldKind
from apps.customers.services import set_holds


@transaction.atomic
def hold_customers(*, at: datetime | None = None) -> int:
    """Write and lift the holds as things stand; returns how many changed. Safe to run twice at once."""
    at = at or present()
    by = system_user("billing")
    late = {
        one.customer_id: _("%(number)s was due on %(day)s and is not paid")
        % {"number": one.number, "day": one.due_on.isoformat()}
        for one in overdue(timezone.localdate(at))
    }
    above = {
        one.customer_id: _("%(owed)s is owed, the limit is %(limit)s")
        % {"owed": format_money(one.owed), "limit": format_money(one.limit)}
        for one in above_limit()
    }
    changed = set_holds(kind=HoldKind.OVERDUE, held=late, by=by, at=at)
    return changed + set_holds(kind=HoldKind.CREDIT_LIMIT, held=above, by=by, at=at)
