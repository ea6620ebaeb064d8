"""Articles and their versions. What was written stays; a correction is another version."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.core.errors import BadInput, RuleBroken
from apps.core.models import check_row, save_checked
from apps.core.text import without_controls
from apps.events.services import record
from apps.knowledge.models import Article, ArticleVersion, Section
from apps.knowledge.queries.reading import readings_of
from apps.knowledge.rules.markdown import bad_addresses
from apps.knowledge.rules.passages import passages
from apps.knowledge.rules.replies import check_reply
from apps.knowledge.rules.words import vector
from apps.knowledge.services import clocks

if TYPE_CHECKING:
    from apps.accounts.models import User

FIELDS = ("section", "kind", "owner", "review_on", "position")


@transaction.atomic
def save_section(section: Section, *, by: "User", at: datetime) -> Section:
    save_checked(section)
    record("section.changed", section, by=by, at=at, data={"code": section.code})
    return section


@transaction.atomic
def enter_article(*, code: str, values: Mapping[str, Any], by: "User", at: datetime) -> Article:
    """Enter an article without a word yet. BadInput for a code that is none or is taken."""
    article = Article(code=code.strip(), created_by_id=by.pk, **_known(values))
    save_checked(article)
    clocks.reviews_begun([article], by=by, at=at)
    record("article.entered", article, by=by, at=at, data={"code": article.code})
    return article


@transaction.atomic
def change_article(
    article: Article, values: Mapping[str, Any], *, by: "User", at: datetime
) -> Article:
    """Change section, owner or review; the kind only while nothing of it was ever published, because
    a policy has its own notice."""
    row = _locked(article)
    changed = [name for name, value in _known(values).items() if getattr(row, name) != value]
    if "kind" in changed and row.publications.exists():
        raise RuleBroken(
            _("It has been published as what it is. Enter another article of the other kind."),
            code="kind_is_kept",
            field="kind",
        )
    for name in changed:
        setattr(row, name, values[name])
    save_checked(row)
    if {"owner", "review_on"} & set(changed) and row.retired_at is None:
        clocks.review_changed(row, by=by, at=at)
    if changed:
        record("article.changed", row, by=by, at=at, data={"fields": changed})
    return row


@transaction.atomic
def write_version(
    article: Article,
    *,
    language: str,
    title: str,
    body: str,
    after: int,
    by: "User",
    at: datetime,
    why: str = "",
    reply: str = "",
) -> ArticleVersion:
    """Another version in ``language``. ``after`` is the number of the version that the writer had before
    them, 0 for none: if a colleague has written meanwhile, nothing is saved and it is said so.

    ``reply`` is ready-made text to send, with variables. BadInput names the lines with addresses that
    would not be led to (``javascript:`` and the like), and a variable that does not exist."""
    row = _locked(article)
    _check_in_use(row)
    newest = ArticleVersion.objects.filter(article=row, language=language).order_by("-n").first()
    n = newest.n if newest else 0
    if n != after:
        raise RuleBroken(
            _("%(who)s has written version %(n)d meanwhile. Read it, then write yours after it.")
            % {"who": newest.by if newest else "", "n": n},
            code="changed_meanwhile",
            field="body",
        )
    if newest is not None and (newest.title, newest.body, newest.reply) == (title, body, reply):
        raise BadInput(_("Nothing is different from the last version."), code="same", field="body")
    if bad := bad_addresses(body):
        raise BadInput(
            _(
                "These links lead nowhere; write http, https, mailto, tel or an address of ours: %(lines)s"
            )
            % {"lines": "; ".join(bad)},
            code="bad_link",
            field="body",
        )
    check_reply(title, reply)
    if not body.strip() and not reply.strip():
        raise BadInput(_("Write a text, or a reply to send."), code="empty", field="body")
    version = ArticleVersion(
        article=row, language=language, n=n + 1, title=_one_line(title), body=body, reply=reply, why=why,
        at=at, by=by, words=vector(title, body, reply), passages=passages(body),
    )  # fmt: skip
    check_row(version)
    version.save(force_insert=True)
    data = {"language": language, "n": version.n, "reason": why}
    record("article.written", row, by=by, at=at, data=data)
    return version


@transaction.atomic
def review_article(article: Article, *, next_on: date, by: "User", at: datetime) -> Article:
    """Somebody has looked it through; it is looked at again on ``next_on``."""
    row = _locked(article)
    _check_in_use(row)
    if next_on <= timezone.localdate(at):
        raise BadInput(_("The next review lies ahead."), code="not_ahead", field="next_on")
    row.review_on = next_on
    row.save(update_fields=["review_on"])
    clocks.reviewed(row, by=by, at=at)
    record("article.reviewed", row, by=by, at=at, data={"next": next_on.isoformat()})
    return row


@transaction.atomic
def retire_article(article: Article, *, reason: str, by: "User", at: datetime) -> Article:
    """Nobody reads it from now on; it stays with its versions. Its code is never another article's."""
    row = _locked(article)
    _check_in_use(row)
    row.retired_at, row.retired_by = at, by
    row.save(update_fields=["retired_at", "retired_by"])
    clocks.review_over(row, reason=reason, by=by, at=at)
    clocks.readings_over(readings_of(article=row), reason=reason, by=by, at=at)
    record("article.retired", row, by=by, at=at, data={"reason": reason})
    return row


def _check_in_use(article: Article) -> None:
    if article.retired_at is not None:
        raise RuleBroken(_("The article is retired."), code="retired")


def _locked(article: Article) -> Article:
    return Article.objects.select_for_update().get(pk=article.pk)


def _known(values: Mapping[str, Any]) -> dict[str, Any]:
    unknown = set(values) - set(FIELDS)
    if unknown:
        raise TypeError(f"{sorted(unknown)} cannot be set here")
    return dict(values)


def _one_line(text: str) -> str:
    return " ".join(without_controls(text).split())
