"""How old what is owed is: the columns of finance's desk, and the filter of the statements by them."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.contrib import admin
from django.db.models import F, OuterRef, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.billing.enums import StatementState
from apps.billing.models import Allocation
from apps.billing.rules.settling import AGES


def age_labels() -> list[str]:
    labels = [gettext("not due")]
    begins = 1
    for most in AGES[1:]:
        labels.append(gettext("%(from)d–%(to)d days") % {"from": begins, "to": most})
        begins = most + 1
    labels.append(gettext("over %(days)d days") % {"days": AGES[-1]})
    return labels


class AgeFilter(admin.SimpleListFilter):
    """Payers' statements of which something is owed, by the columns of finance's desk."""

    title = _("owed for")
    parameter_name = "age"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(str(n), label) for n, label in enumerate(age_labels())]

    def queryset(self, request: HttpRequest, rows: "QuerySet[Any]") -> "QuerySet[Any]":
        chosen = str(self.value() or "")
        if chosen not in {str(n) for n in range(len(AGES) + 1)}:
            return rows
        return _of_age(_owing(rows), int(chosen), timezone.localdate())


def _owing(rows: "QuerySet[Any]") -> "QuerySet[Any]":
    paid = Allocation.objects.filter(statement=OuterRef("pk")).values("statement")
    settled = Subquery(paid.filter(reverses=None).annotate(sum=Sum("amount")).values("sum"))
    undone = Subquery(paid.exclude(reverses=None).annotate(sum=Sum("amount")).values("sum"))
    owed = F("charged") - Coalesce(settled, Value(Decimal(0))) + Coalesce(undone, Value(Decimal(0)))
    frozen = rows.exclude(state=StatementState.OPEN).filter(bill_to__isnull=False)
    found: QuerySet[Any] = frozen.annotate(owed=owed).exclude(owed=0)
    return found


def _of_age(rows: "QuerySet[Any]", column: int, today: date) -> "QuerySet[Any]":
    """Overdue by more than the column before says, and by no more than this one."""
    if column == 0:
        return rows.exclude(due_on__lt=today)
    if column < len(AGES):
        rows = rows.filter(due_on__gte=today - timedelta(days=AGES[column]))
    return rows.filter(due_on__lt=today - timedelta(days=AGES[column - 1]))
