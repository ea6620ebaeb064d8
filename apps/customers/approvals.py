"""What of customers is approved: the service handover form, signed in order (ORD-3)."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.backoffice.approval_kinds import Policy
from apps.backoffice.rules.approvals import Round
from apps.customers.enums import SigningRole
from apps.customers.models import Customer, HandoverForm
from apps.customers.rules import required_signatures

HANDOVER = "customers.handover"


def _rounds(form: HandoverForm) -> list[Round]:
    """One after the other: nobody signs before the department before them has."""
    return [Round.of({role: {role}}) for role in required_signatures(form)]


def _visible_to(user: User) -> Any:
    return HandoverForm.objects.filter(customer__in=Customer.objects.visible_to(user))


APPROVALS = (
    Policy(
        kind=HANDOVER,
        label=_("Service handover form"),
        model="customers.HandoverForm",
        rounds=_rounds,
        content=lambda form: {name: getattr(form, name) for name in HandoverForm.CONTENT},
        visible_to=_visible_to,
        seats=SigningRole,
        makers=lambda form: [form.created_by],
        rule="ORD-3",
    ),
)
