"""What is in force for an audience: the one question that pages, search, typing, the list for search
engines and the API ask here."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.contrib.postgres.search import SearchVectorField
from django.db.models import (
    BooleanField,
    Count,
    Exists,
    Expression,
    F,
    FloatField,
    Func,
    OuterRef,
    Q,
    QuerySet,
)

from apps.knowledge.enums import Audience
from apps.knowledge.models import ArticleVersion, Opinion, Publication, Section
from apps.knowledge.rules.markdown import first_words
from apps.knowledge.rules.words import asked

MOST_FOUND = 30


def public(at: datetime, language: str | None = None) -> "QuerySet[ArticleVersion]":
    """What everybody may read at ``at``: nothing else decides it, for page, search, suggestion, list for
    search engines and API alike. At most one version of each article and language."""
    return in_force(Audience.PUBLIC, at, language)


def in_force(
    audience: Audience, at: datetime, language: str | None = None
) -> "QuerySet[ArticleVersion]":
    """Versions that are published for ``audience`` itself at ``at``."""
    rows = _in_use(language)
    return rows.filter(Exists(_running(audience, at).filter(version=OuterRef("pk"))))


def readable(
    audience: Audience, at: datetime, language: str | None = None
) -> "QuerySet[ArticleVersion]":
    """As ``in_force``, where staff also read what is in force for everybody and has no text of its
    own for staff in that language."""
    if audience == Audience.PUBLIC:
        return public(at, language)
    own = _running(Audience.INTERNAL, at)
    theirs = own.filter(article=OuterRef("article"), language=OuterRef("language"))
    for_all = _running(Audience.PUBLIC, at).filter(version=OuterRef("pk"))
    return _in_use(language).filter(
        Exists(own.filter(version=OuterRef("pk"))) | (Exists(for_all) & ~Exists(theirs))
    )


def _running(audience: Audience, at: datetime) -> "QuerySet[Publication]":
    rows = Publication.objects.filter(audience=audience, starts_at__lte=at)
    return rows.filter(Q(ends_at__isnull=True) | Q(ends_at__gt=at))


def _in_use(language: str | None) -> "QuerySet[ArticleVersion]":
    rows = ArticleVersion.objects.filter(
        article__retired_at=None, article__section__is_active=True
    ).select_related("article__section")
    return rows if language is None else rows.filter(language=language)


def article_in_force(
    code: str, audience: Audience, at: datetime, language: str
) -> ArticleVersion | None:
    """In ``language``, else in the other one: a reader is told in which it is."""
    found = {row.language: row for row in readable(audience, at).filter(article__code=code)}
    return found.get(language) or next(iter(found.values()), None)


@dataclass(frozen=True, slots=True)
class Found:
    """A line of results: where it is, what it says first."""

    code: str
    title: str
    kind: str
    section: str
    begins: str


class _Ask(Expression):
    """Words of ``rules.words.asked`` as PostgreSQL's ``tsquery``."""

    def __init__(self, words: Sequence[str], joined: str) -> None:
        super().__init__(output_field=SearchVectorField())
        self.query = f" {joined} ".join(words)

    def as_sql(self, compiler: object, connection: object) -> tuple[str, tuple[str, ...]]:
        return "%s::tsquery", (self.query,)


def search(text: str, audience: Audience, at: datetime, language: str) -> list[Found]:
    """Articles with all of the words, best first (the title weighs most); where there are none, those
    with at least half of them. One or two statements, however many articles there are."""
    words = asked(text)
    if not words:
        return []
    rows = readable(audience, at, language)
    found = list(_ranked(rows, _Ask(words, "&"))[:MOST_FOUND])
    if not found and len(words) > 2:
        either = _ranked(rows, _Ask(words, "|"))[: MOST_FOUND * 2]
        found = [row for row in either if 2 * _held(row, words) >= len(words)][:MOST_FOUND]
    return [_line(row) for row in found]


def _ranked(rows: "QuerySet[ArticleVersion]", query: _Ask) -> "QuerySet[ArticleVersion]":
    fits = Func(
        F("words"),
        query,
        template="%(expressions)s",
        arg_joiner=" @@ ",
        output_field=BooleanField(),
    )
    rank = Func(F("words"), query, function="ts_rank", output_field=FloatField())
    return rows.annotate(fits=fits).filter(fits=True).alias(rank=rank).order_by("-rank", "pk")


def _held(row: ArticleVersion, words: Sequence[str]) -> int:
    """How many of the words stand in a version; in Python, for the few rows of a page."""
    text = str(row.words)
    return sum((word[:-2] if word.endswith(":*") else word).rstrip("'") in text for word in words)


def _line(row: ArticleVersion) -> Found:
    article = row.article
    return Found(
        article.code,
        row.title,
        article.kind,
        str(article.section),
        first_words(row.body or row.reply),
    )


@dataclass(frozen=True, slots=True)
class Shelf:
    """A section with its articles."""

    section: Section
    articles: list[Found]


def shelves(audience: Audience, at: datetime, language: str) -> list[Shelf]:
    """All that is in force, by section: one statement."""
    rows = readable(audience, at, language).order_by(
        "article__section__position", "article__section__code", "title"
    )
    found: dict[int, Shelf] = {}
    for row in rows:
        section = row.article.section
        found.setdefault(section.pk, Shelf(section, [])).articles.append(_line(row))
    return list(found.values())


def opinions_of(version: ArticleVersion) -> tuple[int, int]:
    """(how many it helped, how many said anything)."""
    found = Opinion.objects.filter(version=version).aggregate(
        helped=Count("pk", filter=Q(helped=True)), answered=Count("pk")
    )
    return found["helped"], found["said"]
