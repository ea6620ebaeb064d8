"""Reads of the customers floor."""

from apps.customers.queries.contracts import contract_then, contracts_in_force
from apps.customers.queries.defaults import (
    OrderDefaults,
    default_contact,
    default_site,
    lookup,
    order_defaults,
    with_defaults,
)
from apps.customers.queries.handover import (
    SignatureLine,
    awaits,
    earlier_signatures,
    forms_waiting_for,
    handover_content,
    has_form_under_way,
    signature_panel,
)
from apps.customers.queries.pages import customer_page, director_for
from apps.customers.queries.search import (
    EMAIL,
    PHONE,
    customers_of_email,
    find_customers,
    matching,
)

__all__ = [
    "EMAIL",
    "PHONE",
    "OrderDefaults",
    "SignatureLine",
    "awaits",
    "contract_then",
    "contracts_in_force",
    "customer_page",
    "customers_of_email",
    "default_contact",
    "default_site",
    "director_for",
    "earlier_signatures",
    "find_customers",
    "forms_waiting_for",
    "handover_content",
    "has_form_under_way",
    "lookup",
    "matching",
    "order_defaults",
    "signature_panel",
    "with_defaults",
]
