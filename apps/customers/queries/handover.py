"""The service handover form."""

from apps.customers.models import Customer


def has_form_under_way(customer: Customer) -> bool:
    return customer.handover_forms.under_way().exists()
