"""Ready-made answers and guides beside a case, causes to choose from."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils.translation import get_language, override

from apps.complaints.models import Case, CauseNode
from apps.complaints.queries.clocks import answer_due, clocks_of
from apps.core.times import local
from apps.knowledge import queries as knowledge
from apps.knowledge.models import ArticleVersion
from apps.knowledge.rules.replies import fill_reply
from apps.sla.models import Clock
from apps.tracking.enums import Status
from apps.tracking.models import Waybill
from apps.tracking.places import city_named

if TYPE_CHECKING:
    from apps.accounts.models import User


def replies_for(case: Case, at: datetime) -> list[ArticleVersion]:
    """Ready-made replies in the customer's language, those for its class first; one query."""
    return knowledge.replies(case.language, at, case.case_class)


def guides_for(case: Case, at: datetime) -> list[ArticleVersion]:
    """Guides in the reader's language, those for its class first; one query."""
    return knowledge.guides(reader_language(), case.case_class, at)


def reader_language() -> str:
    return "en" if (get_language() or "").startswith("en") else "zh-hans"


def filled_texts(
    texts: Sequence[tuple[str, str]],
    case: Case,
    user: "User",
    clocks: Sequence[Clock] | None = None,
) -> list[str]:
    """(language, text) of each with the case's values, in that language. ``{contact}`` stays: the name is put
    in when it is sent (``services.add_message``), so that it does not stand in clear on the page. The
    case's clocks are read once unless the caller has them, and not at all for a case that is only being
    taken down."""
    if clocks is None:
        clocks = clocks_of(case) if texts and case.pk else ()
    due = answer_due(clocks)
    values: dict[str, dict[str, str]] = {}
    filled = []
    for language, text in texts:
        with override(language):
            if language not in values:
                values[language] = variables_of(case, user, due)
            filled.append(fill_reply(text, values[language]))
    return filled


def variables_of(case: Case, user: "User", due: Clock | None) -> dict[str, str]:
    """Every variable but the contact's name; empty where the case has no such thing. ``due``: the
    clock by which the customer hears from us next."""
    waybill = case.waybill
    english = (get_language() or "").startswith("en")
    values = {
        "case": case.number,
        "agent": user.display_name,
        "company": settings.COMPANY_NAME_EN if english else settings.COMPANY_NAME,
        "hotline": settings.COMPANY_PHONE,
        "customer": case.customer.display_name if case.customer else "",
        "answer_by": local(due.due_at) if due and due.due_at else "",
    }
    if waybill is not None:
        values |= shipment_variables(waybill)
    return values


def shipment_variables(waybill: Waybill) -> dict[str, str]:
    expected = waybill.expected_at or waybill.promised_at
    return {
        "waybill": waybill.number,
        "goods": waybill.goods_name,
        "from_city": city_named(waybill.origin_city),
        "to_city": city_named(waybill.destination_city),
        "status": str(Status(waybill.status).label),
        "expected": local(expected) if expected else "",
    }


def cause_tree() -> list[CauseNode]:
    """The causes in use, each below its parent, by position; one query. ``code`` has as many dots
    as the node is deep."""
    nodes = list(CauseNode.objects.filter(is_active=True))
    below: dict[int | None, list[CauseNode]] = {}
    for node in nodes:
        below.setdefault(node.parent_id, []).append(node)
    ordered: list[CauseNode] = []

    def walk(parent: int | None) -> None:
        for node in below.get(parent, []):
            ordered.append(node)
            walk(node.pk)

    walk(None)
    return ordered
