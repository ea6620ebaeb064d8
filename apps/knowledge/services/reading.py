"""What readers do: understand, say whether it helped, look for something in vain."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import connection, transaction
from django.utils.translation import gettext as _

from apps.accounts.enums import Role, UserKind
from apps.core.errors import BadInput, RuleBroken
from apps.core.masking import mask_text
from apps.core.text import without_controls
from apps.events.services import record
from apps.knowledge.enums import Audience
from apps.knowledge.models import (
    Article,
    ArticleVersion,
    MissedSearch,
    Opinion,
    ReadingRequest,
    Section,
    Understanding,
)
from apps.knowledge.queries.in_force import readable
from apps.knowledge.queries.reading import missing_readers, readings_done_by
from apps.knowledge.services import clocks

if TYPE_CHECKING:
    from apps.accounts.models import User


_NOTE_FOUND = """
INSERT INTO knowledge_search (at, language, audience, missed_id)
VALUES (%(at)s, %(language)s, %(audience)s, NULL)"""
_NOTE_MISSED = """
WITH missed AS (
    INSERT INTO knowledge_missedsearch AS miss (language, audience, text, times, last_seen_at)
    VALUES (%(language)s, %(audience)s, %(text)s, 1, %(at)s)
    ON CONFLICT (language, audience, text) DO UPDATE SET times = miss.times + 1, last_seen_at = EXCLUDED.last_seen_at
    RETURNING id)
INSERT INTO knowledge_search (at, language, audience, missed_id)
SELECT %(at)s, %(language)s, %(audience)s, id FROM missed"""


@transaction.atomic
def ask_reading(
    version: ArticleVersion, *, roles: Sequence[Role], due_at: datetime, by: "User", at: datetime
) -> ReadingRequest:
    """Everybody of ``roles`` is to say by ``due_at`` that they have read and understood; asked once for a
    version, which staff must be able to read."""
    Article.objects.select_for_update().get(pk=version.article_id)
    if not roles:
        raise BadInput(_("Say whose roles are to read it."), code="nobody", field="roles")
    if due_at <= at:
        raise BadInput(
            _("The day by which it is read lies ahead."), code="not_ahead", field="due_at"
        )
    if not readable(Audience.INTERNAL, at).filter(pk=version.pk).exists():
        raise RuleBroken(
            _("Staff cannot read this version: publish it for them first."), code="not_in_force"
        )
    if ReadingRequest.objects.filter(version=version).exists():
        raise RuleBroken(_("This version has been given to read already."), code="asked_already")
    row = ReadingRequest.objects.create(
        version=version, roles=[role.value for role in roles], due_at=due_at, by=by, at=at
    )
    clocks.reading_asked(row, by=by, at=at)
    labels = ", ".join(str(role.label) for role in roles)
    people = [one.pk for one in missing_readers(row) if one.pk != by.pk]
    data = {"roles": labels, "due": due_at.isoformat(), "title": version.title, "people": people}
    record("article.reading_asked", version.article, by=by, at=at, data=data)
    return row


@transaction.atomic
def mark_understood(version: ArticleVersion, *, by: "User", at: datetime) -> Understanding:
    """Read and understood; said twice it is said once. The clock ends with the last who was missing."""
    Article.objects.select_for_update().get(pk=version.article_id)
    row, is_new = Understanding.objects.get_or_create(version=version, by=by, defaults={"at": at})
    if is_new:
        record("article.understood", version.article, by=by, at=at, data={"n": version.n})
        done = readings_done_by(version)
        if done is not None and clocks.reading_done(done, by=by, at=at):
            record("article.read_by_all", version.article, by=by, at=at, data={"n": version.n})
    return row


def give_opinion(version: ArticleVersion, *, who: str, helped: bool, at: datetime) -> Opinion:
    """Whether it helped; whoever says it again has changed their mind. ``who`` is "user:17", or a keyed
    fingerprint of a visitor."""
    row, _new = Opinion.objects.update_or_create(
        version=version, who=who, defaults={"helped": helped, "at": at}
    )
    return row


def note_search(text: str, *, found: bool, audience: Audience, language: str, at: datetime) -> None:
    """That somebody searched; words that led nowhere are counted, personal data in them is masked first. Fewer than
    two characters are no search. One statement."""
    masked = mask_text(" ".join(without_controls(text).split()))[:80]
    if len(masked) < 2:
        return
    values: dict[str, Any] = {
        "at": at,
        "language": language,
        "audience": audience.value,
        "text": masked,
    }
    with connection.cursor() as cursor:
        cursor.execute(_NOTE_FOUND if found else _NOTE_MISSED, values)


@transaction.atomic
def settle_missed_search(
    missed: MissedSearch,
    *,
    by: "User",
    at: datetime,
    article: Article | None = None,
    section: Section | None = None,
) -> MissedSearch:
    """Say which article answers it, or ask the owner of ``section`` for one."""
    if (article is None) == (section is None):
        raise BadInput(
            _("Say which article answers it, or whose section is to have one."),
            code="article_or_section",
            field="article",
        )
    row = MissedSearch.objects.select_for_update().get(pk=missed.pk)
    if row.article_id is not None:
        raise RuleBroken(_("It has been answered already."), code="settled_already")
    if section is not None and not _can_be_asked(section):
        raise BadInput(
            _("%(section)s has no owner who can be asked. Give it one first.")
            % {"section": section},
            code="nobody_to_ask",
            field="section",
        )
    row.article, row.section = article, section or row.section
    row.save(update_fields=["article", "section"])
    data = {
        "article": article.code if article else "", "section": str(section or ""),
        "text": row.text, "times": row.times, "people": [section.owner_id] if section else [],
    }  # fmt: skip
    record("missed_search.settled", row, by=by, at=at, data=data)
    return row


def _can_be_asked(section: Section) -> bool:
    return section.owner.kind == UserKind.PERSON and section.owner.is_active
