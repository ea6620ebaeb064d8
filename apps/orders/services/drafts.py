"""Keeping what is being typed, so that a closed window loses nothing (ORD-4)."""

from collections.abc import Mapping
from functools import partial
from uuid import UUID

from apps.accounts.models import User
from apps.backoffice import services as backoffice
from apps.backoffice.models import Draft
from apps.orders.queries.drafts import KIND

discard_draft = partial(backoffice.discard_draft, kind=KIND)


def save_draft(*, owner: User, key: UUID, form: Mapping[str, str]) -> Draft:
    """Replace the draft under ``key``; the list shows customer and goods."""
    parts = (form.get("customer_label", ""), form.get("goods_name", ""))
    summary = " ".join(part for part in parts if part)
    return backoffice.save_draft(kind=KIND, owner=owner, key=key, form=form, summary=summary)
