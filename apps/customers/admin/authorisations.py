"""Verbal authorisations: which paperwork is owed, by when."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from apps.backoffice.records import RecordPageAdmin
from apps.core.times import human
from apps.customers.enums import AuthorisationState
from apps.customers.models import Customer, VerbalAuthorisation


@admin.register(VerbalAuthorisation)
class VerbalAuthorisationAdmin(RecordPageAdmin):
    """The list; a row opens the customer, where everything about it is done."""

    list_display = ("customer", "given_by", "shown_deadline", "missing_words", "state_tag")
    list_filter = ("state",)
    search_fields = ("customer__search_text",)
    list_select_related = ("customer", "given_by")
    ordering = ("-id",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[VerbalAuthorisation]:
        visible = Customer.objects.visible_to(request.user)  # type: ignore[arg-type]  # staff pages know users only
        return VerbalAuthorisation.objects.filter(customer__in=visible)

    @admin.display(description=_("deadline"), ordering="deadline")
    def shown_deadline(self, word: VerbalAuthorisation) -> str:
        return human(word.deadline)

    @admin.display(description=_("missing paperwork"))
    def missing_words(self, word: VerbalAuthorisation) -> str:
        return ", ".join(word.missing_labels)

    @admin.display(description=_("state"), ordering="state")
    def state_tag(self, word: VerbalAuthorisation) -> SafeString:
        return self.tag(AuthorisationState(word.state))

    def show_record(self, request: HttpRequest, word: VerbalAuthorisation) -> HttpResponseBase:
        return redirect("admin:customers_customer_change", word.customer_id)
