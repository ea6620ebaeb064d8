"""Finding whose preference is meant."""

from django.utils.translation import gettext as _

from apps.core.errors import BadInput
from apps.core.phones import normalise_phone
from apps.customers.models import Customer
from apps.notifications.addresses import index_of, is_email, label_of


def recipient_of(text: str) -> tuple[str, str]:
    """(recipient, label) for a customer's code, a phone or an e-mail address; raises BadInput."""
    text = text.strip()
    customer = Customer.objects.filter(code=text.upper()).first()
    if customer is not None:
        return f"customer:{customer.pk}", str(customer)
    if is_email(text.lower()):
        return f"email:{index_of(text.lower())}", label_of("email", text.lower())
    try:
        phone = normalise_phone(text)
    except BadInput:
        raise BadInput(
            _("This is no customer code, phone or e-mail address."), code="unknown", field="who"
        ) from None
    return f"phone:{index_of(phone)}", label_of("phone", phone)
