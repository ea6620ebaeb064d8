"""Payers known by account number or name."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from apps.backoffice.acts import Act, on_subject
from apps.backoffice.records import RecordAdmin
from apps.banking import services
from apps.banking.enums import AliasKind
from apps.banking.models import PayerAlias


@admin.register(PayerAlias)
class PayerAliasAdmin(RecordAdmin):
    acts = (
        Act("drop", _("Drop it"), "banking.change_payeralias", on_subject(services.drop_alias), danger=True,
            explains=_("Payments of this account or name are unidentified again until a person says whose they are."),
            done=_("Dropped."), in_list=True, may=lambda row: row.dropped_at is None),
    )  # fmt: skip
    list_display = ("shown", "kind_tag", "customer", "is_ambiguous", "created_by", "created_at")
    list_select_related = ("customer", "created_by")
    list_filter = ("kind", "is_ambiguous")
    fields = ("shown", "kind", "customer", "is_ambiguous", "created_by", "created_at")
    search_fields = ("customer__code", "shown")
    search_help_text = _("customer code or name")
    ordering = ("-id",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return PayerAlias.objects.filter(dropped_at=None).select_related("customer", "created_by")

    def page_of(self, record: Any) -> str:
        return self.list_page()

    @admin.display(description=_("kind"), ordering="kind")
    def kind_tag(self, alias: PayerAlias) -> SafeString:
        return self.tag(AliasKind(alias.kind))
