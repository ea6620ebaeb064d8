"""The customer's page, and who is responsible for a unit."""

from datetime import datetime
from typing import Any

from apps.accounts.enums import Role
from apps.accounts.models import Unit, User, UserRole
from apps.customers.enums import (
    AuthorisationState,
    CustomerStatus,
    HandoverState,
    HoldKind,
)
from apps.customers.models import (
    Customer,
)
from apps.customers.rules import authorised, blockers_from, missing_paperwork, order_owner


def director_for(unit: Unit) -> User | None:
    """The customer-service director responsible for ``unit``: the one placed nearest above it."""
    held = UserRole.objects.current().filter(role=Role.DIRECTOR, user__is_active=True)
    above = [r for r in held.select_related("user", "unit") if unit.path.startswith(r.unit.path)]
    nearest = max(above, key=lambda r: (len(r.unit.path), -r.pk), default=None)
    return nearest.user if nearest else None


def customer_page(customer: Customer, at: datetime) -> dict[str, Any]:
    """Everything the customer's page shows, in a fixed number of queries."""
    papers = customer.papers(at)
    missing = missing_paperwork(papers)
    return {
        "customer": customer,
        "status": CustomerStatus(customer.status),
        "blockers": blockers_from(customer, papers, at),
        "owner": order_owner(customer, at),
        "word_holds": papers.authorised_until if missing and authorised(papers, at) else None,
        "missing": [paper.label for paper in missing],
        "contacts": list(customer.contacts.all()),
        "sites": list(customer.sites.all()),
        "contracts": list(customer.contracts.all()),
        "letters": list(customer.letters.all()),
        "forms": [(form, HandoverState(form.state)) for form in customer.handover_forms.all()],
        "authorisations": [
            (word, AuthorisationState(word.state))
            for word in customer.authorisations.select_related("given_by")
        ],
        "holds": [
            (hold, HoldKind(hold.kind))
            for hold in customer.holds.in_force().select_related("overridden_by")
        ],
        "scopes": list(customer.scopes.select_related("user")),
    }
