"""Billing terms of customers."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from apps.accounts.staff import person
from apps.backoffice.records import ReferenceAdmin
from apps.billing import services
from apps.billing.models import BillingTerms
from apps.customers.models import Customer


@admin.register(BillingTerms)
class BillingTermsAdmin(ReferenceAdmin):
    list_display = (
        "customer",
        "payer",
        "deemed_after_days",
        "receipt_return_days",
        "hold_after_days",
        "dunning_plan",
    )
    list_select_related = ("customer", "payer", "dunning_plan")
    search_fields = ("customer__search_text", "payer__search_text")
    raw_id_fields = ("customer", "payer")
    save_by = staticmethod(services.change_terms)

    def get_queryset(self, request: HttpRequest) -> "QuerySet[BillingTerms]":
        mine = Customer.objects.visible_to(person(request))
        return BillingTerms.objects.filter(customer__in=mine)
