"""Putting a version in force for an audience, and ending it."""

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from apps.core.errors import BadInput, RuleBroken
from apps.core.times import human
from apps.events.services import record
from apps.knowledge.enums import ArticleKind, Audience
from apps.knowledge.models import Article, ArticleVersion, Publication
from apps.knowledge.models.publications import NOTICE
from apps.knowledge.queries.in_force import readable
from apps.knowledge.queries.reading import readings_of
from apps.knowledge.services import clocks

if TYPE_CHECKING:
    from apps.accounts.models import User


@transaction.atomic
def publish_version(
    version: ArticleVersion,
    *,
    audience: Audience,
    by: "User",
    at: datetime,
    starts_at: datetime | None = None,
    urgent_why: str = "",
) -> Publication:
    """In force for ``audience`` from ``starts_at`` (None: now); the one before ends then, and one planned
    for later is replaced. The same again is refused. A policy for everybody needs ten days' notice, or
    a reason why it cannot wait (快递市场管理办法, article 22). BadInput for a day that is past."""
    article = (
        Article.objects.select_for_update().select_related("section").get(pk=version.article_id)
    )
    if article.retired_at is not None:
        raise RuleBroken(_("The article is retired."), code="retired")
    begins = starts_at or at
    if begins < at:
        raise BadInput(
            _("What is published begins now or later, not in the past."),
            code="in_the_past",
            field="starts_at",
        )
    _check_notice(article, audience, begins, at, urgent_why)
    others = Publication.objects.select_for_update().filter(
        article=article, language=version.language, audience=audience
    )
    current = others.filter(ends_at=None).order_by("-starts_at").first()
    if current is not None and current.version_id == version.pk and current.starts_at <= begins:
        raise RuleBroken(_("This version is published already."), code="published_already")
    # What was planned for later than this never comes into force: it ends where it would begin.
    for later in others.filter(starts_at__gte=begins):
        _end(later, later.starts_at)
    for running in others.filter(starts_at__lt=begins):
        if running.ends_at is None or running.ends_at > begins:
            _end(running, begins)
    row = Publication.objects.create(
        version=version, article=article, language=version.language, kind=article.kind,
        audience=audience, starts_at=begins, urgent_why=urgent_why, at=at, by=by,
    )  # fmt: skip
    _end_readings(article, by=by, at=at)
    data = {
        "audience": audience.value, "language": version.language, "n": version.n,
        "from": begins.isoformat(), "reason": urgent_why,
    }  # fmt: skip
    record("article.published", article, by=by, at=at, data=data)
    return row


@transaction.atomic
def withdraw_publication(
    publication: Publication, *, reason: str, by: "User", at: datetime
) -> Publication:
    """Nobody of the audience reads it from now on; one that had not begun never does."""
    row = Publication.objects.select_for_update().get(pk=publication.pk)
    if row.ends_at is not None and row.ends_at <= at:
        raise RuleBroken(_("It has ended already."), code="ended_already")
    _end(row, max(at, row.starts_at))
    _end_readings(row.article, by=by, at=at)
    data = {"audience": row.audience, "language": row.language, "reason": reason}
    record("article.withdrawn", row.article, by=by, at=at, data=data)
    return row


def _end_readings(article: Article, *, by: "User", at: datetime) -> None:
    """Nobody is to read what staff cannot read any more; what is replaced on a later day is over only
    when that is known to have come, with the next act on the article."""
    asked = readings_of(article=article)
    if not asked:
        return
    current = set(
        readable(Audience.INTERNAL, at)
        .filter(pk__in=[row.version_id for row in asked])
        .values_list("pk", flat=True)
    )
    gone = [row for row in asked if row.version_id not in current]
    clocks.readings_over(gone, reason=str(_("Replaced or withdrawn.")), by=by, at=at)


def _check_notice(
    article: Article, audience: Audience, begins: datetime, at: datetime, urgent_why: str
) -> None:
    if article.kind != ArticleKind.POLICY or audience != Audience.PUBLIC or urgent_why:
        return
    if begins < at + NOTICE:
        raise BadInput(
            _("Published rules change with ten days' notice: from %(when)s at the earliest, or say why"
              " it cannot wait.") % {"when": human(at + NOTICE)},
            code="no_notice",
            field="starts_at",
        )  # fmt: skip


def _end(row: Publication, at: datetime) -> None:
    row.ends_at = at
    row.save(update_fields=["ends_at"])
