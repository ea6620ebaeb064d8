"""Amounts as people and programs write them: whole fen above zero, in plain figures; else words that say why not."""

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from apps.claims.inputs import NewItem
from apps.core.errors import BadInput
from apps.core.money import money
from apps.core.numbers_typed import plain_figures

_PLAIN = re.compile(r"\d{1,9}(\.\d{1,2})?", re.ASCII)
_LINE = re.compile(r"(?P<what>.+?)(?:\s*[×xX*]\s*(?P<n>\d{1,5}))?\s+[¥￥]?(?P<sum>\S+)")
MOST_ITEMS = 50


def amount(value: Any, field: str, *, row: int | None = None, zero: bool = False) -> Decimal:
    """``value`` as yuan; BadInput ``bad_amount`` names the field, and the row of a list. Float is never taken."""
    text = str(value).strip()
    # Typed by people and sent by programs alike: no sign, no full-width figures, no currency.
    figures = plain_figures(text) if text.isascii() else None
    if isinstance(value, float) or figures is None or _PLAIN.fullmatch(figures) is None:
        raise BadInput(
            _(
                "“%(text)s” is no amount we can take: write it in plain figures, above zero, with two"
                " decimals at most, like 80 or 1280.50."
            )
            % {"text": str(value)[:30]},
            code="bad_amount",
            field=field,
            row=row,
        )
    found = money(figures)
    if found == 0 and not zero:
        raise BadInput(_("An amount is above zero."), code="bad_amount", field=field, row=row)
    return found


def read_items(text: str, field: str = "items") -> list[NewItem]:
    """One thing a line: what it is, perhaps × how many, and its amount: ``青花瓷瓶 ×2 1280.50``. BadInput names
    the line."""
    found = []
    for row, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        parts = _LINE.fullmatch(line.strip())
        if parts is None:
            raise BadInput(
                _("Line %(row)d: write what it is and the amount, like “Vase ×2 1280.50”.")
                % {"row": row},
                code="bad_line",
                field=field,
                row=row,
            )
        found.append(
            NewItem(
                parts["what"].strip(), amount(parts["sum"], field, row=row), int(parts["n"] or 1)
            )
        )
    return found


def check_items(items: Sequence[NewItem], field: str = "items") -> list[NewItem]:
    """At least one, each named, counted and of an amount that we can take."""
    if not items or len(items) > MOST_ITEMS:
        raise BadInput(
            _("Say what is claimed: 1 to %(n)d lines.") % {"n": MOST_ITEMS},
            code="items_missing",
            field=field,
        )
    found = []
    for row, one in enumerate(items, start=1):
        what = " ".join(one.what.split())
        if not what or len(what) > 120 or not 1 <= one.quantity <= 100_000:
            raise BadInput(
                _("Line %(row)d: write what it is (120 characters at most) and how many.")
                % {"row": row},
                code="bad_line",
                field=field,
                row=row,
            )
        proved = None if one.proved is None else amount(one.proved, field, row=row, zero=True)
        found.append(NewItem(what, amount(one.claimed, field, row=row), one.quantity, proved))
    return found
