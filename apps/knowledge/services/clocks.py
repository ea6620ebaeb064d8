"""Opens and closes the clocks of articles: when each is looked through again, and by when everybody has
read a new one. The only module of this app that calls ``sla``."""

from collections.abc import Sequence
from datetime import date, datetime, time
from typing import TYPE_CHECKING

from django.utils import timezone

from apps.accounts.enums import UserKind
from apps.knowledge.enums import KnowledgeMatter
from apps.knowledge.models import Article, ReadingRequest, Review
from apps.sla import services as sla
from apps.sla.enums import FactKind, Metric
from apps.sla.services.opening import NewMatter

if TYPE_CHECKING:
    from apps.accounts.models import User


def end_of(day: date) -> datetime:
    """The last minute of a day in the company's zone."""
    return timezone.make_aware(datetime.combine(day, time(23, 59)))


def reviews_begun(articles: Sequence[Article], *, by: "User", at: datetime) -> None:
    """A round of review for each, due at the end of its day, for its owner. What comes with a new
    installation is the system's own and has none until somebody takes it over."""
    mine = [row for row in articles if row.owner.kind == UserKind.PERSON]
    rows = Review.objects.bulk_create(Review(article=row, due_on=row.review_on) for row in mine)
    sla.open_matters(
        [
            NewMatter(
                kind=KnowledgeMatter.REVIEW,
                subject=row,
                title=row.article.code,
                owner=row.article.owner,
                opened_at=min(at, end_of(row.due_on)),
                dues={Metric.ACTION: end_of(row.due_on)},
            )
            for row in rows
        ],
        by=by,
        at=at,
    )


def reviewed(article: Article, *, by: "User", at: datetime) -> None:
    """The open round is done, and the next begins."""
    row = _open_review(article)
    if row is not None:
        _end(row, is_done=True, by=by, at=at)
        sla.finish_matters([row], kind=FactKind.DONE, by=by, at=at)
    reviews_begun([article], by=by, at=at)


def review_changed(article: Article, *, by: "User", at: datetime) -> None:
    """Another owner has the round that is open; another day is another round."""
    row = _open_review(article)
    if row is not None and row.due_on == article.review_on:
        sla.hand_matters([row], owner=article.owner, by=by)
        return
    if row is not None:
        _end(row, is_done=False, by=by, at=at)
        sla.stop_matters([row], reason=article.review_on.isoformat(), by=by, at=at)
    reviews_begun([article], by=by, at=at)


def review_over(article: Article, *, reason: str, by: "User", at: datetime) -> None:
    row = _open_review(article)
    if row is not None:
        _end(row, is_done=False, by=by, at=at)
        sla.stop_matters([row], reason=reason, by=by, at=at)


def _open_review(article: Article) -> Review | None:
    return Review.objects.select_for_update().filter(article=article, ended_at=None).first()


def _end(row: Review, *, is_done: bool, by: "User", at: datetime) -> None:
    row.is_done, row.ended_at, row.ended_by = is_done, at, by
    row.save(update_fields=["is_done", "ended_at", "ended_by"])


def reading_asked(row: ReadingRequest, *, by: "User", at: datetime) -> None:
    """Whoever asks follows it up: who is missing stands on the article's page by name."""
    sla.open_matter(
        kind=KnowledgeMatter.READING,
        subject=row,
        title=row.version.title,
        owner=by,
        opened_at=at,
        dues={Metric.ACTION: row.due_at},
        by=by,
        at=at,
    )


def reading_done(row: ReadingRequest, *, by: "User", at: datetime) -> int:
    """How many clocks were open until now: one, or none when it was done before."""
    return sla.finish_matters([row], kind=FactKind.DONE, by=by, at=at)


def readings_over(rows: Sequence[ReadingRequest], *, reason: str, by: "User", at: datetime) -> None:
    """Nobody can read these versions any more."""
    sla.stop_matters(rows, reason=reason, by=by, at=at)
