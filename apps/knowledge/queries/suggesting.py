"""What we know of a case at hand: articles by how well they fit it and how often they were used in cases
like it; the replies and guides for it (STF-2)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from apps.knowledge.enums import ArticleKind, Audience, FitAspect
from apps.knowledge.models import ArticleVersion, Fit
from apps.knowledge.queries.in_force import public, readable
from apps.knowledge.rules.fits import MOST_FOR_USE, WEIGHTS, CaseTraits

SHOWN = 3
MOST_REPLIES = 200
# Candidates are looked at in parts until enough of them are in force.
PART = 8
COUNTED = timedelta(days=92)

# Weights of all fits that match, articles for other classes or customers left out, plus the share of cases of
# the class in which the article was used. Nothing here decides who may read: ``readable`` does.
_CANDIDATES = f"""
WITH asked(aspect, value, weight) AS (SELECT * FROM unnest(%(aspects)s::text[], %(values)s::text[], %(weights)s::int[])),
matched AS (
    SELECT f.article_id, sum(a.weight) AS weight,
        bool_or(f.aspect = 'class') AS by_class, false AS by_customer
    FROM asked a JOIN knowledge_fit f ON f.aspect = a.aspect AND f.value = a.value AND f.customer_id IS NULL
    GROUP BY f.article_id
    UNION ALL
    SELECT article_id, {WEIGHTS[FitAspect.CUSTOMER]}, false, true FROM knowledge_fit WHERE customer_id = %(customer)s
), fitting AS (
    SELECT article_id, sum(weight) AS weight, bool_or(by_class) AS by_class, bool_or(by_customer) AS by_customer
    FROM matched GROUP BY article_id
), used AS (
    SELECT article_id, sum(cases) AS cases FROM knowledge_usetally
    WHERE case_class = %(class)s AND month >= %(since)s GROUP BY article_id
), total AS (SELECT coalesce(max(cases), 0) AS cases FROM used WHERE article_id IS NULL)
SELECT s.article_id, s.weight, s.cases, s.total FROM (
    SELECT f.article_id, f.weight, f.by_class, f.by_customer, coalesce(u.cases, 0) AS cases, t.cases AS total,
        f.weight + {MOST_FOR_USE} * coalesce(u.cases, 0)::float / greatest(t.cases, 1) AS score
    FROM fitting f CROSS JOIN total t LEFT JOIN used u ON u.article_id = f.article_id
    ORDER BY score DESC, f.article_id OFFSET 0
) s
WHERE (s.by_class OR NOT EXISTS (
        SELECT FROM knowledge_fit o WHERE o.article_id = s.article_id AND o.aspect = 'class'))
    AND (s.by_customer OR NOT EXISTS (
        SELECT FROM knowledge_fit o WHERE o.article_id = s.article_id AND o.aspect = 'customer'))
OFFSET %(skip)s LIMIT {PART}
"""  # noqa: S608  # numbers of ours


@dataclass(frozen=True, slots=True)
class Suggestion:
    """``version`` in a language the reader or the customer understands; ``used`` of ``cases`` like it used
    the article. ``is_public``: everybody may read it, so that its address may be sent."""

    version: ArticleVersion
    weight: int
    used: int
    cases: int
    is_public: bool

    @property
    def code(self) -> str:
        return self.version.article.code

    @property
    def share(self) -> int:
        """Percent, rounded down."""
        return 100 * self.used // self.cases if self.cases else 0


def suggestions(
    traits: CaseTraits, *, at: datetime, customer_language: str, reader_language: str
) -> list[Suggestion]:
    """The best three, each in the customer's language if it has a reply in it, else in the reader's;
    three statements, unless many that fit are not in force."""
    found: list[Suggestion] = []
    skip = 0
    while len(found) < SHOWN:
        candidates = _candidates(traits, at, skip)
        if not candidates:
            break
        texts = _texts([row[0] for row in candidates], at)
        for article, weight, used, cases in candidates:
            version = _best(texts.get(article, ()), customer_language, reader_language)
            if version is not None and len(found) < SHOWN:
                found.append(Suggestion(version, weight, used, cases, is_public=False))
        if len(candidates) < PART:
            break
        skip += PART
    return _with_public(found, at)


def _candidates(traits: CaseTraits, at: datetime, skip: int) -> list[tuple[int, int, int, int]]:
    asked = traits.values()
    given: dict[str, Any] = {
        "aspects": [aspect.value for aspect, _value in asked],
        "values": [value for _aspect, value in asked],
        "weights": [WEIGHTS[aspect] for aspect, _value in asked],
        "customer": traits.customer_id,
        "class": traits.case_class,
        "since": month_of(at - COUNTED),
        "skip": skip,
    }
    with connection.cursor() as cursor:
        cursor.execute(_CANDIDATES, given)
        rows: list[tuple[int, int, int, int]] = cursor.fetchall()
    return rows


def month_of(at: datetime) -> date:
    return timezone.localdate(at).replace(day=1)


def _texts(articles: Iterable[int], at: datetime) -> dict[int, list[ArticleVersion]]:
    found: dict[int, list[ArticleVersion]] = {}
    rows = readable(Audience.INTERNAL, at).filter(article__in=list(articles))
    for row in rows.defer("words", "passages"):
        found.setdefault(row.article_id, []).append(row)
    return found


def _best(
    texts: Sequence[ArticleVersion], customer_language: str, reader_language: str
) -> ArticleVersion | None:
    by_language = {row.language: row for row in texts}
    to_send = by_language.get(customer_language)
    if to_send is not None and to_send.reply:
        return to_send
    # A reply in a language that the customer does not read is of no use; a text still informs.
    informs = [row for row in texts if row.body]
    mine = by_language.get(reader_language)
    return mine if mine in informs else next(iter(informs), None)


def _with_public(found: list[Suggestion], at: datetime) -> list[Suggestion]:
    if not found:
        return []
    open_to_all = set(
        public(at).filter(pk__in=[one.version.pk for one in found]).values_list("pk", flat=True)
    )
    return [
        Suggestion(
            one.version, one.weight, one.used, one.cases, is_public=one.version.pk in open_to_all
        )
        for one in found
    ]


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
