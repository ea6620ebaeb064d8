"""Finding whose preference is meant."""

from typing import Any

from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.core.errors import BadInput
from apps.core.phones import normalise_phone
from apps.customers.models import Customer
from apps.notifications.addresses import index_of, is_email, label_of
from apps.notifications.models import Preference

OWN_PREFERENCES = ("channels", "muted_topics", "language", "quiet_from", "quiet_until")


def own_preferences(user: User) -> dict[str, Any]:
    """How a colleague wants to be notified, as a form shows it; empty as long as nothing was chosen."""
    found = Preference.objects.filter(recipient=f"user:{user.pk}").first()
    if found is None:
        return {}
    return {name: getattr(found, name) for name in OWN_PREFERENCES}


def recipient_of(text: str) -> tuple[str, str]:
    """(recipient, label) for a customer's code, a colleague's sign-in name, a phone or an e-mail
    address; raises BadInput."""
    text = text.strip()
    colleague = User.objects.people().filter(username=text.lower()).first()
    if colleague is not None:
        return f"user:{colleague.pk}", colleague.display_name
    customer = Customer.objects.filter(code=text.upper()).first()
    if customer is not None:
        return f"customer:{customer.pk}", str(customer)
    if is_email(text.lower()):
        return f"email:{index_of(text.lower())}", label_of("email", text.lower())
    try:
        phone = normalise_phone(text)
    except BadInput:
        raise BadInput(
            _("This is no customer code, sign-in name, phone or e-mail address."),
            code="unknown",
            field="who",
        ) from None
    return f"phone:{index_of(phone)}", label_of("phone", phone)
