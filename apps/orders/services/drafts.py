"""Keeping what is being typed, so that a closed window loses nothing (ORD-4)."""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.core.errors import BadInput
from apps.orders.models import OrderDraft

MOST_BYTES = 20_000
MOST_DRAFTS = 50
KEPT_FOR = timedelta(days=14)


def keep_draft(*, owner: User, key: UUID, form: Mapping[str, str]) -> OrderDraft:
    """Replace the draft under ``key``; no event, since nothing has happened yet."""
    text = json.dumps(dict(form), ensure_ascii=False)
    if len(text) > MOST_BYTES or "\\u0000" in text:
        raise BadInput(_("This is too much to keep as a draft."), code="too_long")
    known = OrderDraft.objects.filter(owner=owner)
    if known.count() >= MOST_DRAFTS and not known.filter(key=key).exists():
        known.order_by("updated_at").first().delete()  # type: ignore[union-attr]  # counted just now
    summary = " ".join(
        part for part in (form.get("customer_label", ""), form.get("goods_name", "")) if part
    )[:120]
    draft, _made = OrderDraft.objects.update_or_create(
        owner=owner, key=key, defaults={"form": text, "summary": summary.replace("\x00", "")}
    )
    return draft


def discard_draft(*, owner: User, key: UUID) -> None:
    OrderDraft.objects.filter(owner=owner, key=key).delete()


def purge_drafts(*, at: datetime) -> int:
    """Forget drafts nobody touched for two weeks: they hold personal data."""
    deleted, _by_model = OrderDraft.objects.filter(updated_at__lt=at - KEPT_FOR).delete()
    return deleted
