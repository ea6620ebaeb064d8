"""What we know of a case at hand: articles by how well they fit it and how often they were used in cases
like it; the replies and guides for it (STF-2)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import BooleanField, Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Cast
from django.utils import timezone

from apps.core.database import Statement
from apps.knowledge.enums import ArticleKind, Audience, FitAspect
from apps.knowledge.models import ArticleVersion, Fit
from apps.knowledge.queries.in_force import public, readable
from apps.knowledge.rules.fits import MOST_FOR_USE, WEIGHTS, CaseTraits

SHOWN = 3
MOST_REPLIES = 200
# Candidates are looked at in parts until enough of them are in force.
PART = 8
MONTHS = 4  # this one and three before it

# Weights of all fits that match plus the share of cases of the class in which the article was used. That adds at
# most MOST_FOR_USE, so only those can be among the best so many whose weight is that near to theirs. Nothing here
# decides who may read: ``readable`` does.
_SQL = f"""
WITH fitting AS (
    SELECT article_id, sum(weight) AS weight FROM (
        SELECT f.article_id, a.weight
        FROM unnest(%(aspects)s::text[], %(values)s::text[], %(weights)s::int[]) AS a(aspect, value, weight)
        JOIN knowledge_fit f ON f.aspect = a.aspect AND f.value = a.value
        UNION ALL
        SELECT article_id, {WEIGHTS[FitAspect.CUSTOMER]} FROM knowledge_fit WHERE customer_id = %(customer)s
    ) AS matched GROUP BY article_id
), near AS (
    SELECT * FROM fitting WHERE weight >= {-MOST_FOR_USE} + coalesce(
        (SELECT weight FROM fitting ORDER BY weight DESC OFFSET %(last)s LIMIT 1), 0)
), total AS (
    SELECT coalesce(sum(cases), 0) AS cases FROM knowledge_usetally
    WHERE article_id IS NULL AND case_class = %(class)s AND month BETWEEN %(since)s AND %(month)s
), scored AS (
    SELECT n.*, coalesce(u.cases, 0) AS used, t.cases AS total,
        n.weight + {MOST_FOR_USE} * coalesce(u.cases, 0)::float / greatest(t.cases, 1) AS score
    FROM near n CROSS JOIN total t CROSS JOIN LATERAL (
        SELECT sum(cases) AS cases FROM knowledge_usetally
        WHERE article_id = n.article_id AND case_class = %(class)s AND month BETWEEN %(since)s AND %(month)s
    ) u ORDER BY score DESC, article_id OFFSET %(skip)s LIMIT {PART}
)
SELECT s.article_id, s.weight, s.used, s.total,
    coalesce((SELECT bool_or(o.value = %(class)s) FROM knowledge_fit o
        WHERE o.article_id = s.article_id AND o.aspect = 'class'), true)
    AND coalesce((SELECT bool_or(o.customer_id IS NOT DISTINCT FROM %(customer)s) FROM knowledge_fit o
        WHERE o.article_id = s.article_id AND o.aspect = 'customer'), true)
FROM scored s ORDER BY s.score DESC, s.article_id
"""  # noqa: S608  # numbers of ours
_CANDIDATES = Statement("knowledge_candidates", _SQL, keeps_plan=True)


class Text(NamedTuple):
    """What is shown of a version. ``is_public``: everybody may read it, so that its address may be sent."""

    pk: int
    article: int
    code: str
    kind: str
    language: str
    title: str
    body: str
    reply: str
    is_public: bool


@dataclass(frozen=True, slots=True)
class Suggestion:
    """``version`` in a language the reader or the customer understands; ``used`` of ``cases`` like it used
    the article."""

    version: Text
    weight: int
    used: int
    cases: int

    @property
    def is_public(self) -> bool:
        return self.version.is_public

    @property
    def code(self) -> str:
        return self.version.code

    @property
    def share(self) -> int:
        """Percent, rounded down."""
        return 100 * self.used // self.cases if self.cases else 0


def suggestions(
    traits: CaseTraits, *, at: datetime, customer_language: str, reader_language: str
) -> list[Suggestion]:
    """The best three, each in the customer's language if it has a reply in it, else in the reader's; two
    statements, unless many that fit are not in force. What is for other classes or customers is left out."""
    found: list[Suggestion] = []
    skip = 0
    while len(found) < SHOWN:
        candidates = _candidates(traits, at, skip)
        texts = _texts([row[0] for row in candidates if row[4]], at)
        for article, weight, used, cases, _is_for_it in candidates:
            version = _best(texts.get(article, ()), customer_language, reader_language)
            if version is not None and len(found) < SHOWN:
                found.append(Suggestion(version, weight, used, cases))
        if len(candidates) < PART:
            break
        skip += PART
    return found


def _candidates(
    traits: CaseTraits, at: datetime, skip: int
) -> list[tuple[int, int, int, int, bool]]:
    asked = traits.values()
    given: dict[str, Any] = {
        "aspects": [aspect.value for aspect, _value in asked],
        "values": [value for _aspect, value in asked],
        "weights": [WEIGHTS[aspect] for aspect, _value in asked],
        "customer": traits.customer_id,
        "class": traits.case_class,
        "since": _first_month(at),
        "month": month_of(at),
        "last": skip + PART - 1,
        "skip": skip,
    }
    with connection.cursor() as cursor:
        _CANDIDATES.run(cursor, given)
        rows: list[tuple[int, int, int, int, bool]] = cursor.fetchall()
    return rows


def _first_month(at: datetime) -> date:
    """The earliest that is counted."""
    month = month_of(at)
    for _n in range(MONTHS - 1):
        month = (month - timedelta(days=1)).replace(day=1)
    return month


def month_of(at: datetime) -> date:
    return timezone.localdate(at).replace(day=1)


def _texts(articles: Sequence[int], at: datetime) -> dict[int, list[Text]]:
    found: dict[int, list[Text]] = {}
    if articles:
        statement, given = _reading()
        values = [{_AT: at, _IDS: list(articles)}.get(one, one) for one in given]
        with connection.cursor() as cursor:
            statement.run(cursor, values)
            for row in map(Text._make, cursor.fetchall()):
                found.setdefault(row.article, []).append(row)
    return found


# What stands in for the instant and the articles where the query is written out.
_AT, _IDS = datetime(1970, 1, 1, tzinfo=UTC), "articles"


@lru_cache(maxsize=1)
def _reading() -> tuple[Statement, tuple[Any, ...]]:
    """``readable`` and ``public`` as PostgreSQL reads them, with what they were given: written out once, because
    the ORM took longer to build the two than PostgreSQL to answer."""
    rows = (
        readable(Audience.INTERNAL, _AT)
        .annotate(is_public=Cast(Exists(public(_AT).filter(pk=OuterRef("pk"))), BooleanField()))
        .extra(where=["knowledge_articleversion.article_id = ANY (%s::bigint[])"], params=[_IDS])
        .order_by()
        .values_list(
            *("pk", "article_id", "article__code", "article__kind", "language", "title", "body"),
            *("reply", "is_public"),
        )
    )
    text, given = rows.query.sql_with_params()
    return Statement("knowledge_texts", text, keeps_plan=True), given


def _best(texts: Sequence[Text], customer_language: str, reader_language: str) -> Text | None:
    by_language = {row.language: row for row in texts}
    to_send = by_language.get(customer_language)
    if to_send is not None and to_send.reply:
        return to_send
    # A reply in a language that the customer does not read is of no use; a text still informs.
    informs = [row for row in texts if row.body]
    mine = by_language.get(reader_language)
    return mine if mine in informs else next(iter(informs), None)


def replies(language: str, at: datetime, case_class: str | None = None) -> list[ArticleVersion]:
    """Versions in force with a reply in ``language``, those for the class first and none that is only for
    other classes; without a class all of them. One statement."""
    rows = readable(Audience.INTERNAL, at, language).exclude(reply="")
    return list(_for_class(rows, case_class)[:MOST_REPLIES])


def guides(language: str, case_class: str, at: datetime) -> list[ArticleVersion]:
    """Scripts for the agent that are for the class or for every case, the narrower first. One statement."""
    rows = readable(Audience.INTERNAL, at, language).filter(article__kind=ArticleKind.SCRIPT)
    meant = Fit.objects.filter(article=OuterRef("article")).filter(
        Q(aspect=FitAspect.ANY) | Q(aspect=FitAspect.CLASS, value=case_class)
    )
    return list(_for_class(rows.filter(Exists(meant)), case_class)[:MOST_REPLIES])


def _for_class(
    rows: "QuerySet[ArticleVersion]", case_class: str | None
) -> "QuerySet[ArticleVersion]":
    order = ("article__position", "article__code")
    rows = rows.defer("words", "passages")
    if case_class is None:
        return rows.order_by(*order)
    classes = Fit.objects.filter(article=OuterRef("article"), aspect=FitAspect.CLASS)
    others = Fit.objects.filter(article=OuterRef("article"), aspect=FitAspect.CUSTOMER)
    return (
        rows.annotate(is_meant=Exists(classes.filter(value=case_class)))
        .filter(Q(is_meant=True) | ~Exists(classes))
        .filter(~Exists(others))
        .order_by("-is_meant", *order)
    )
