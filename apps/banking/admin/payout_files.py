"""Payment files: made, downloaded, answered by the bank (COD-7)."""

from typing import Any

from django.contrib import admin
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from apps.accounts.staff import person
from apps.backoffice.acts import Act, ActContext
from apps.backoffice.records import PanelAdmin
from apps.backoffice.staff_admin import must
from apps.banking import forms, services
from apps.banking.enums import PayoutState
from apps.banking.models import PayoutFile, PayoutResult
from apps.banking.paying import templates
from apps.banking.queries.payouts import payable_from
from apps.core.downloads import private_file
from apps.core.money import format_money

MAKE, ANSWER = "banking.make_payoutfile", "banking.answer_payoutfile"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def _look(context: ActContext) -> dict[str, Any]:
    rows = payable_from(context.typed["account"])
    total = format_money(sum(row.amount for row in rows))
    return {"preview_template": "banking/_payments.html", "rows": rows, "total": total}


def _make(context: ActContext) -> PayoutFile:
    typed = context.typed
    made = services.make_payment_file(
        payable_from(typed["account"]),
        account=typed["account"],
        template=typed["template"],
        **context.who,
    )
    return made.file


def _take(context: ActContext) -> str:
    file = context.typed["file"]
    taken: PayoutResult = services.take_result_file(
        context.record, content=file.content, name=file.name, **context.who
    )
    return gettext("Taken: %(paid)s paid, %(returned)s returned, %(unclear)s unclear.") % {
        "paid": taken.paid,
        "returned": taken.returned,
        "unclear": taken.unclear,
    }


ENTER = Act("make", _("Make a payment file"), MAKE, _make, form=forms.MakeFileForm, preview=_look,
    explains=_("Everything that is released from this account goes into one file. From then on it counts as sent"
               " and goes into no other file: upload this one, once."), done=_("The payment file is made."))  # fmt: skip
ACTS = (
    Act("results", _("Take in the bank's results"), ANSWER, _take, form=forms.ResultsForm, is_panel=True,
        explains=_("A file with a row that does not belong here is refused as a whole, by its line. What the bank"
                   " does not plainly say is unclear.")),
)  # fmt: skip


@admin.register(PayoutFile)
class PayoutFileAdmin(PanelAdmin):
    acts, entry = ACTS, ENTER
    page_template = "banking/payout_file.html"
    list_display = ("number", "day", "account", "count", "shown_total", "open_rows", "made_by")
    list_filter = ("account", "day")
    list_select_related = ("account", "made_by")
    search_fields = ("number",)
    search_help_text = _("number")
    ordering = ("-id",)

    def own_pages(self) -> list[tuple[str, Any, str]]:
        return [("<int:key>/file/", require_POST(self.file_view), "file"), *super().own_pages()]

    def get_queryset(self, request: HttpRequest) -> "QuerySet[PayoutFile]":
        waits = Q(payouts__state__in=(PayoutState.SENT, PayoutState.UNCLEAR))
        return PayoutFile.objects.select_related("account", "made_by").annotate(
            waits=Count("payouts", filter=waits)
        )

    @admin.display(description=_("total"), ordering="total")
    def shown_total(self, file: PayoutFile) -> str:
        return format_money(file.total)

    @admin.display(description=_("without outcome"))
    def open_rows(self, file: Any) -> SafeString | str:
        return (
            ngettext("%(n)d payout", "%(n)d payouts", file.waits) % {"n": file.waits}
            if file.waits
            else "—"
        )

    def file_view(self, request: HttpRequest, key: int) -> HttpResponseBase:
        """The same bytes as often as it is asked for; each time is on record."""
        must(request, MAKE)
        file = self.seen(request, key)
        content = services.open_payment_file(file, by=person(request), at=timezone.now())
        answer: HttpResponse = private_file(content, name=file.file_name, content_type=XLSX)
        return answer

    def facts(self, request: HttpRequest, record: PayoutFile) -> dict[str, Any]:
        template = templates().get(record.template)
        return {
            "title": record.number,
            "template": template,
            "may_download": person(request).has_perm(MAKE),
            "payouts": record.payouts.select_related("payee__customer").order_by("file_row"),
            "results": record.results.select_related("by"),
        }
