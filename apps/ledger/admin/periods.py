"""Closed months, and closing one."""

from datetime import timedelta
from typing import Any

from django.contrib import admin
from django.utils import timezone
from django.utils.translation import gettext_lazy

from apps.backoffice.acting import ActAdmin
from apps.backoffice.acts import Act, ActContext
from apps.ledger import services
from apps.ledger.forms import MonthForm
from apps.ledger.models import Period
from apps.ledger.rules import month_of, next_month


def _close(context: ActContext) -> Period:
    return services.close_period(month=context.typed["month"], **context.who)


def _next(context: ActContext) -> dict[str, Any]:
    last = Period.objects.order_by("-month").first()
    before = month_of(month_of(timezone.localdate(context.at)) - timedelta(days=1))
    return {"month": next_month(last.month) if last else before}


CLOSE = Act(
    "close", gettext_lazy("Close a month"), "ledger.close_period", _close,
    explains=gettext_lazy(
        "The month and all before it take no entry any more; what comes late goes to the open month."
        " This cannot be undone."
    ),
    done=gettext_lazy("The month is closed, and its balances are sealed."),
    form=MonthForm, initial=_next, danger=True,
)  # fmt: skip


@admin.register(Period)
class PeriodAdmin(ActAdmin):
    entry = CLOSE
    list_display = ("month_name", "closed_at", "closed_by")
    list_select_related = ("closed_by",)
    ordering = ("-month",)
    change_list_template = "ledger/periods.html"

    @admin.display(description=gettext_lazy("Month"), ordering="month")
    def month_name(self, period: Period) -> str:
        return f"{period.month:%Y-%m}"

    def page_of(self, record: Any) -> str:
        return self.list_page()
