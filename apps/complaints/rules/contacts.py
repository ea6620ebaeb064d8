"""Who brings a case: cleaned, encrypted, found by blind index. Pure."""

from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from apps.core.crypto import blind_index
from apps.core.errors import BadInput
from apps.core.name_index import name_parts
from apps.core.phones import normalise_phone, phone_key

PHONE, EMAIL, NAME = "complaints.phone", "complaints.email", "complaints.name"


def phone_index(phone: str) -> str:
    """``phone`` as it is kept; its extension does not count."""
    return blind_index(phone_key(phone), PHONE)


def email_index(email: str) -> str:
    return blind_index(email.strip().lower(), EMAIL)


def name_index(name: str) -> str:
    return blind_index("".join(name.split()).lower(), NAME)


def contact_values(
    *,
    name: str | None = None,
    phone: str | None = None,
    email: str | None = None,
    wechat: str | None = None,
) -> dict[str, Any]:
    """Columns for what is given; None leaves a field out. BadInput names the field at fault."""
    values: dict[str, Any] = {}
    if name is not None:
        name = " ".join(name.split())[:60]
        values |= {"contact_name": name, "contact_name_index": name_index(name)}
        values["name_parts"] = name_parts([name], NAME)
    if phone is not None:
        values |= _phone(phone)
    if email is not None:
        values |= _email(email)
    if wechat is not None:
        values["contact_wechat"] = wechat.strip()[:128]
    return values


def _phone(typed: str) -> dict[str, Any]:
    if not typed.strip():
        return {"contact_phone": "", "contact_phone_index": ""}
    try:
        phone = normalise_phone(typed)
    except BadInput as error:
        raise BadInput(error.message, code=error.code, field="contact_phone") from None
    return {"contact_phone": phone, "contact_phone_index": phone_index(phone)}


def _email(typed: str) -> dict[str, Any]:
    email = typed.strip()
    if email:
        try:
            validate_email(email)
        except ValidationError:
            raise BadInput(
                _("This is not an e-mail address."), code="bad_email", field="contact_email"
            ) from None
    return {"contact_email": email, "contact_email_index": email_index(email)}
