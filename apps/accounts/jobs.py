"""Files of accounts: what one is, and how it is taken (apps/backoffice/imports.py)."""

from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.accounts.services.importing import (
    COLUMNS,
    EXAMPLE,
    prepare_users,
    read_user,
    save_user,
)
from apps.backoffice.imports import Import, one_by_one


def _everybody(_user: Any) -> Q:
    """Whoever manages users sees all users, and so all files of them."""
    return Q()


USERS = Import(
    name="accounts.user",
    label=_("Users"),
    permission="accounts.manage_user",
    columns=COLUMNS,
    example=EXAMPLE,
    explains=_(
        "One row is a colleague, with one role if the row names it. Nobody can sign in before you issue"
        " a temporary password by hand. A sign-in name that is there already is left as it is."
    ),
    prepare=prepare_users,
    read=read_user,
    take=one_by_one(save_user, COLUMNS),
    subject="accounts.user",
    seen_by=_everybody,
    batch=100,
)
IMPORTS = (USERS,)
