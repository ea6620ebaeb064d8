"""What the knowledge base suggests beside a case (STF-2)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils.safestring import SafeString

from apps.complaints.models import Case
from apps.complaints.queries.words import filled_texts, reader_language
from apps.knowledge import queries as knowledge
from apps.knowledge.enums import ArticleKind
from apps.knowledge.rules.fits import CaseTraits
from apps.knowledge.rules.markdown import render
from apps.sla.models import Clock

if TYPE_CHECKING:
    from apps.accounts.models import User


@dataclass(frozen=True, slots=True)
class Known:
    """``to_send`` is what goes into the reply when it is chosen: the article's reply, filled, or the address
    of an article that everybody may read; "" for what is for staff only. ``used`` of ``cases`` cases of the
    class in the last three months used it."""

    code: str
    title: str
    kind: ArticleKind
    to_send: str
    html: SafeString
    used: int
    cases: int


def known_of(
    case: Case, user: "User", at: datetime, clocks: Sequence[Clock] | None = None
) -> list[Known]:
    """At most three, the best first; two statements."""
    found = knowledge.suggestions(
        traits_of(case), at=at, customer_language=case.language, reader_language=reader_language()
    )
    texts = [(one.version.language, one.version.reply) for one in found]
    bodies = [(one.version.language, one.version.body) for one in found]
    filled = filled_texts([*texts, *bodies], case, user, clocks)
    return [
        Known(
            one.code,
            one.version.title,
            ArticleKind(one.version.kind),
            reply or (_address(one) if one.is_public else ""),
            render(body),
            one.used,
            one.cases,
        )
        for one, reply, body in zip(found, filled, filled[len(found) :], strict=False)
    ]


def traits_of(case: Case) -> CaseTraits:
    return CaseTraits(
        case_class=case.case_class,
        cause=case.cause.code if case.cause else "",
        status=case.waybill.status if case.waybill else "",
        channel=case.channel,
        customer_id=case.customer_id,
    )


def _address(one: knowledge.Suggestion) -> str:
    return f"{one.version.title}: {settings.SITE_URL}/help/{one.code}" if settings.SITE_URL else ""
