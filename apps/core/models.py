"""Abstract bases and fields; this floor has no tables of its own."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.core.crypto import EncryptedTextField
from apps.core.errors import BadInput
from apps.core.row_checks import clean_row


class MoneyField(models.DecimalField):  # type: ignore[type-arg]  # stubs' generics are not subscriptable at run time
    """An amount of yuan with two places; lists show it as money. In a migration it is a DecimalField."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"max_digits": 14, "decimal_places": 2, **kwargs})

    def deconstruct(self) -> Any:
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.DecimalField", args, kwargs


class Stamped(models.Model):
    """When a row was made and by whom."""

    created_at = models.DateTimeField(_("created at"), auto_now_add=True, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="+",
        editable=False,
        verbose_name=_("created by"),
    )

    class Meta:
        abstract = True


class TokenHolder(models.Model):
    """A provider whose access token is stored for all processes (``core.tokens``)."""

    access_token = EncryptedTextField(blank=True, default="", editable=False)
    token_expires = models.DateTimeField(null=True, editable=False)
    # Whoever holds this fetches a new token; the others wait for it.
    token_lease = models.DateTimeField(null=True, editable=False)

    class Meta:
        abstract = True


class AppendOnly(models.Model):
    """Rows that are written once. The migration must add ``core.sql.append_only(table)``; the
    application's database role is granted SELECT and INSERT only (``manage.py grant_app_role``)."""

    class Meta:
        abstract = True


def set_values(row: models.Model, values: Mapping[str, Any], allowed: Iterable[str]) -> list[str]:
    """Set the named fields and return those that changed; unknown names are the caller's error."""
    unknown = set(values) - set(allowed)
    if unknown:
        raise TypeError(f"{type(row).__name__}: {sorted(unknown)} cannot be set here")
    changed = [name for name, value in values.items() if getattr(row, name, None) != value]
    for name in changed:
        setattr(row, name, values[name])
    return changed


def check_row(row: models.Model) -> None:
    """Validate the fields and constraints of a row before it is saved. BadInput ``bad_value`` names the field
    at fault, or none where several together are."""
    try:
        clean_row(row)
    except ValidationError as error:
        field, messages = next(iter(error.message_dict.items()))
        name = None if field == "__all__" else field
        raise BadInput(" ".join(messages), code="bad_value", field=name) from error


def save_checked(row: models.Model) -> None:
    """``check_row``, then save."""
    check_row(row)
    row.save()
