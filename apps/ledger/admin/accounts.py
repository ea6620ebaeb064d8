"""The chart of accounts and an account's postings."""

from datetime import date

from django.contrib import admin
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from apps.backoffice.records import RecordPageAdmin, ReferenceAdmin
from apps.backoffice.reporting import ReportAdmin
from apps.ledger import queries, services
from apps.ledger.admin.trial import TrialBalance
from apps.ledger.enums import AccountKind
from apps.ledger.models import Account, AccountTitle

MOST = 50


@admin.register(AccountTitle)
class AccountTitleAdmin(ReferenceAdmin):
    """Codes and names as the accounting system has them."""

    save_by = services.change_title
    list_display = ("code", "name", "kind_tag")
    fields = ("kind_tag", "code", "name")
    readonly_fields = ("kind_tag",)
    search_fields = ("code", "name")
    ordering = ("code",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    @admin.display(description=_("kind"), ordering="kind")
    def kind_tag(self, title: AccountTitle) -> SafeString:
        return self.tag(AccountKind(title.kind))


@admin.register(Account)
class AccountAdmin(ReportAdmin, RecordPageAdmin):
    reports = (TrialBalance(),)
    list_display = ("kind_tag", "code", "party_name", "opened_on")
    list_display_links = ("kind_tag", "party_name")
    list_filter = ("kind", "party_kind")
    list_select_related = ("kind",)
    search_fields = ("party_name",)
    search_help_text = _("party's name")
    ordering = ("kind__code", "party_name", "id")

    @admin.display(description=_("kind"), ordering="kind__code")
    def kind_tag(self, account: Account) -> SafeString:
        return self.tag(AccountKind(account.kind_id))

    @admin.display(description=_("account code"))
    def code(self, account: Account) -> str:
        return account.kind.code

    def show_record(self, request: HttpRequest, account: Account) -> HttpResponseBase:
        rows = queries.postings_of(account.pk, after=_place(request), most=MOST + 1)
        context = {
            "subject": account,
            "code": account.kind,
            "balance": queries.balance_of(account.pk),
            "rows": rows[:MOST],
            "more": rows[MOST - 1].key if len(rows) > MOST else None,
        }
        return self.page(request, "ledger/account.html", str(account), **context)


def _place(request: HttpRequest) -> tuple[date, int] | None:
    """Where the page begins, from ``?after=2026-11-30:17``."""
    day, _colon, pk = request.GET.get("after", "").partition(":")
    try:
        return (date.fromisoformat(day), int(pk)) if pk else None
    except ValueError:
        return None
