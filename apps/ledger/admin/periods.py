"""Closed months: closing one, and a month for the accounting system."""

import tempfile
from datetime import date, timedelta
from typing import Any

from django.contrib import admin
from django.http import HttpRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from apps.backoffice.acting import ActAdmin
from apps.backoffice.acts import Act, ActContext
from apps.backoffice.downloads import XLSX_TYPE
from apps.backoffice.staff_admin import must
from apps.core.downloads import private_file
from apps.core.sheets import fill_xlsx, stream_csv
from apps.ledger import queries, services
from apps.ledger.forms import MonthForm
from apps.ledger.models import Period
from apps.ledger.rules import month_of, next_month

IN_MEMORY = 2 * 1024 * 1024


def _close(context: ActContext) -> Period:
    month = date.fromisoformat(f"{context.typed['month']}-01")
    return services.close_period(month=month, **context.who)


def _next(context: ActContext) -> dict[str, Any]:
    last = Period.objects.order_by("-month").first()
    before = month_of(month_of(timezone.localdate(context.at)) - timedelta(days=1))
    return {"month": f"{next_month(last.month) if last else before:%Y-%m}"}


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

    def own_pages(self) -> list[tuple[str, Any, str]]:
        return [("export/", require_GET(self.export_view), "export")]

    @admin.display(description=gettext_lazy("Month"), ordering="month")
    def month_name(self, period: Period) -> str:
        return f"{period.month:%Y-%m}"

    def page_of(self, record: Any) -> str:
        return self.list_page()

    def export_view(self, request: HttpRequest) -> HttpResponseBase:
        """``?month=2026-11&format=xlsx|csv``: the vouchers of a month."""
        must(request, "ledger.view_entry")
        form = MonthForm(request.GET)
        month = (
            date.fromisoformat(f"{form.cleaned_data['month']}-01")
            if form.is_valid()
            else month_of(timezone.localdate())
        )
        name, rows = f"vouchers-{month:%Y-%m}", queries.voucher_rows(month)
        answer: HttpResponseBase
        if request.GET.get("format") == "csv":
            lines = stream_csv(queries.VOUCHER_HEADINGS, rows)
            answer = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
            answer["Content-Disposition"] = f'attachment; filename="{name}.csv"'
        else:
            file = tempfile.SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115  # the answer closes it
            fill_xlsx(file, queries.VOUCHER_HEADINGS, rows, title=_("Vouchers"))
            file.seek(0)
            answer = private_file(file, name=f"{name}.xlsx", content_type=XLSX_TYPE)
        answer["Cache-Control"] = "no-store"
        return answer
