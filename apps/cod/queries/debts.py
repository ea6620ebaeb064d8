"""What couriers owe the company, from the rows of their cash-ups."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db import connection
from django.db.models import Exists, OuterRef, QuerySet
from django.db.models.expressions import RawSQL
from django.urls import reverse
from django.utils.translation import gettext as _

from apps.cod.enums import DecisionKind, DecisionState
from apps.cod.models import CashUp, CodDecision, Debtor, Taking
from apps.tracking.models import Courier

if TYPE_CHECKING:
    from apps.accounts.models import User

_MOVED = """
    SELECT courier_id, expected - counted AS amount FROM cod_cashup WHERE counted < expected
    UNION ALL SELECT courier_id, -amount FROM cod_taking WHERE kind = 'repaid'
    UNION ALL SELECT courier_id, -amount FROM cod_coddecision WHERE kind = 'waiver' AND state = 'done'
"""
_DEBTS = f"""
SELECT courier_id, sum(amount) FROM ({_MOVED}) AS moved
WHERE courier_id = ANY(%s) GROUP BY courier_id
"""  # noqa: S608  # texts of ours
_OWING = f"SELECT courier_id FROM ({_MOVED}) AS moved GROUP BY courier_id HAVING sum(amount) > 0"  # noqa: S608
_EVER = "SELECT courier_id FROM cod_cashup WHERE counted < expected"
MOST = 200


@dataclass(frozen=True, slots=True)
class Moved:
    """Something that made a courier's debt more or less. ``link`` is its page."""

    at: datetime | None
    what: str
    amount: Decimal
    about: str
    link: str


def debts_of(courier_ids: list[int]) -> dict[int, Decimal]:
    """By courier, in one statement; nothing for those who never owed."""
    with connection.cursor() as cursor:
        cursor.execute(_DEBTS, [courier_ids])
        return dict(cursor.fetchall())


def debt_of(courier: Courier) -> Decimal:
    """What was counted short, less what was repaid or waived."""
    return debts_of([courier.pk]).get(courier.pk, Decimal("0.00"))


def list_debtors(user: "User", *, view: str = "owing", text: str = "") -> "QuerySet[Any]":
    """Couriers whom ``user`` may see: who owe now, about whom a waiver waits, who ever owed."""
    rows = Debtor.objects.filter(pk__in=Courier.objects.visible_to(user)).select_related("unit")
    if view == "owing":
        rows = rows.filter(pk__in=RawSQL(_OWING, []))  # noqa: S611  # a text of ours
    elif view == "waiver":
        waits = CodDecision.objects.filter(courier=OuterRef("pk"), state=DecisionState.ASKED)
        rows = rows.filter(Exists(waits))
    else:
        rows = rows.filter(pk__in=RawSQL(_EVER, []))  # noqa: S611  # a text of ours
    return rows.filter(number=text.strip().upper()) if text else rows


def debt_history(courier: Courier) -> list[Moved]:
    """What was counted short, repaid and waived, the newest first; 200 at most of each."""
    short = CashUp.objects.filter(courier=courier).extra(where=["counted < expected"])
    repaid = Taking.objects.filter(courier=courier, kind="repaid").select_related("cash_up")
    waived = CodDecision.objects.filter(
        courier=courier, kind=DecisionKind.WAIVER, state=DecisionState.DONE
    )
    found = [
        Moved(
            row.counted_at,
            _("Counted short"),
            -(row.difference or Decimal(0)),
            f"{row.day:%Y-%m-%d} {row.explanation}".strip(),
            reverse("admin:cod_cashup_change", args=[row.pk]),
        )
        for row in short.order_by("-pk")[:MOST]
    ]
    found += [
        Moved(
            row.taken_at,
            _("Repaid"),
            -row.amount,
            f"{row.day:%Y-%m-%d}",
            reverse("admin:cod_cashup_change", args=[row.cash_up_id]) if row.cash_up_id else "",
        )
        for row in repaid.order_by("-pk")[:MOST]
    ]
    found += [
        Moved(
            row.closed_at,
            _("Waived"),
            -row.amount,
            row.reason,
            reverse("admin:cod_coddecision_change", args=[row.pk]),
        )
        for row in waived.order_by("-pk")[:MOST]
    ]
    return sorted(found, key=lambda one: (one.at is not None, one.at), reverse=True)
