"""Articles as those see them who write them: every version, and where each stands."""

from collections.abc import Iterable
from datetime import date, datetime

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet

from apps.knowledge.enums import PublicationState, UseHow
from apps.knowledge.models import Article, ArticleVersion, Publication, Use

PAGES = ("current", "drafts", "review", "planned", "retired")


def article_list(view: str, at: datetime, today: date) -> "QuerySet[Article]":
    """``view``: in force for anybody, with a newest version that nobody reads yet, due for review, in force
    from a later day, retired."""
    rows = Article.objects.select_related("section", "owner")
    if view == "retired":
        return rows.exclude(retired_at=None)
    rows = rows.filter(retired_at=None)
    publications = Publication.objects.filter(article=OuterRef("pk"))
    now = publications.filter(starts_at__lte=at).filter(Q(ends_at=None) | Q(ends_at__gt=at))
    if view == "drafts":
        newer = ArticleVersion.objects.filter(
            article=OuterRef("article"), language=OuterRef("language")
        )
        unread = ArticleVersion.objects.filter(
            ~Exists(newer.filter(n__gt=OuterRef("n"))),
            ~Exists(Publication.objects.filter(version=OuterRef("pk"))),
            article=OuterRef("pk"),
        )
        return rows.filter(Exists(unread))
    if view == "review":
        return rows.filter(review_on__lte=today)
    if view == "planned":
        return rows.filter(Exists(publications.filter(starts_at__gt=at)))
    return rows.filter(Exists(now)) if view == "current" else rows


def newest_versions(articles: Iterable[int]) -> dict[tuple[int, str], ArticleVersion]:
    """(article, language) → what was written last; without the words it is found by."""
    rows = (
        ArticleVersion.objects.filter(article__in=list(articles))
        .order_by("article_id", "language", "-n")
        .distinct("article_id", "language")
        .defer("words", "body")
        .select_related("by")
    )
    return {(row.article_id, row.language): row for row in rows}


def publication_states(
    articles: Iterable[int], at: datetime
) -> dict[tuple[int, str, str], tuple[PublicationState, int]]:
    """(article, language, audience) → where it stands and with which version; nothing for what was
    never published."""
    rows = (
        Publication.objects.filter(article__in=list(articles))
        .annotate(n=F("version__n"))
        .order_by("starts_at", "pk")
    )
    found: dict[tuple[int, str, str], tuple[PublicationState, int]] = {}
    for row in rows:
        key = (row.article_id, row.language, row.audience)
        state = publication_state(row, at)
        # What is read now tells more than what comes, and that more than what was.
        if (
            state == PublicationState.CURRENT
            or found.get(key, (PublicationState.ENDED, 0))[0] == PublicationState.ENDED
        ):
            found[key] = (state, row.n)
    return found


def publication_state(row: Publication, at: datetime) -> PublicationState:
    if row.ends_at is not None and row.ends_at <= at:
        return PublicationState.ENDED
    return PublicationState.PLANNED if row.starts_at > at else PublicationState.CURRENT


def uses_of(article: Article) -> tuple[int, int]:
    """(in how many cases it was read, in how many its reply was sent); a case counts once for each."""
    rows = Use.objects.filter(version__article=article).values("how")
    found = {
        row["how"]: row["cases"]
        for row in rows.annotate(cases=Count("case_id", distinct=True)).order_by()
    }
    return found.get(UseHow.READ, 0), found.get(UseHow.SENT, 0)
