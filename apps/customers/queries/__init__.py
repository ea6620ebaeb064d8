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
from apps.customers.queries.handover import has_form_under_way
from apps.customers.queries.pages import customer_page, director_for
from apps.customers.queries.search import (
    EMAIL,
    PHONE,
    find_customers,
    matching,
)

__all__ = [
    "EMAIL",
    "PHONE",
    "OrderDefaults",
    "contract_then",
    "contracts_in_force",
    "customer_page",
    "default_contact",
    "default_site",
    "director_for",
    "find_customers",
    "has_form_under_way",
    "lookup",
    "matching",
    "order_defaults",
    "with_defaults",
]
