"""The chart of accounts and an account's postings."""

from django.contrib import admin
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from apps.backoffice.records import ReferenceAdmin
from apps.backoffice.reporting import ReportAdmin
from apps.ledger import services
from apps.ledger.admin.account_report import AccountReport
from apps.ledger.admin.trial import TrialBalance
from apps.ledger.enums import AccountKind
from apps.ledger.models import Account, AccountTitle


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
class AccountAdmin(ReportAdmin):
    reports, record_report = (TrialBalance(),), AccountReport()
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
