"""What goes from here to a customer: replies, and nothing that is written for staff (STF-2)."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import connection
from django.utils.translation import gettext as _

from apps.core.database import in_callers_transaction
from apps.core.errors import BadInput, RuleBroken
from apps.knowledge.enums import Audience, UseHow
from apps.knowledge.models import ArticleVersion
from apps.knowledge.queries.in_force import in_force, public, readable
from apps.knowledge.queries.suggesting import month_of
from apps.knowledge.rules.passages import passages

if TYPE_CHECKING:
    from apps.accounts.models import User

_ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(hashtextextended('knowledge.use:' || %s, 0))"
# The articles that this case had not used before, and whether it had used any.
_USE = """
WITH before AS (
    SELECT v.article_id FROM knowledge_use u JOIN knowledge_articleversion v ON v.id = u.version_id
    WHERE u.case_id = %(case)s
), added AS (
    INSERT INTO knowledge_use (version_id, case_id, case_class, how, at, by_id)
    SELECT v, %(case)s, %(class)s, %(how)s, %(at)s, %(by)s FROM unnest(%(versions)s::bigint[]) AS v
    ON CONFLICT (case_id, version_id, how) DO NOTHING RETURNING version_id
), fresh AS (
    SELECT DISTINCT v.article_id FROM added a JOIN knowledge_articleversion v ON v.id = a.version_id
    WHERE v.article_id NOT IN (SELECT article_id FROM before)
), counted AS (
    SELECT article_id FROM fresh
    UNION ALL SELECT NULL WHERE EXISTS (SELECT FROM fresh) AND NOT EXISTS (SELECT FROM before)
)
INSERT INTO knowledge_usetally AS t (case_class, month, article_id, cases)
SELECT %(class)s, %(month)s, article_id, 1 FROM counted
ON CONFLICT (case_class, month, article_id) DO UPDATE SET cases = t.cases + 1
"""


@in_callers_transaction()
def note_use(
    versions: Sequence[ArticleVersion],
    *,
    how: UseHow,
    case_id: int,
    case_class: str,
    by: "User",
    at: datetime,
) -> None:
    """Put on record that these were read or sent in a case; the same again changes nothing, and a case
    counts once for each article."""
    if not versions:
        return
    given: dict[str, Any] = {
        "versions": sorted({row.pk for row in versions}), "how": how.value, "case": case_id,
        "class": case_class, "at": at, "by": by.pk, "month": month_of(at),
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_ONE_AT_A_TIME, [case_id])
        cursor.execute(_USE, given)


def sendable(codes: Sequence[str], *, language: str, at: datetime) -> list[ArticleVersion]:
    """The versions in force of these articles, for a message to a customer. BadInput for a code that is
    none, RuleBroken ``internal_only`` for an article that has no reply and is for staff."""
    wanted = dict.fromkeys(codes)
    if not wanted:
        return []
    rows = readable(Audience.INTERNAL, at).filter(article__code__in=wanted).defer("words")
    found: dict[str, ArticleVersion] = {}
    for row in sorted(rows, key=lambda row: (row.language != language, not row.reply)):
        found.setdefault(row.article.code, row)
    for code in wanted:
        if code not in found:
            raise BadInput(_("There is no article with this code."), code="unknown", field="used")
    open_to_all = set(
        public(at).filter(pk__in=[row.pk for row in found.values()]).values_list("pk", flat=True)
    )
    for row in found.values():
        if not row.reply and row.pk not in open_to_all:
            raise _internal(row)
    return list(found.values())


def check_leaves(text: str, *, at: datetime) -> None:
    """RuleBroken ``internal_only`` for words to a customer that repeat a sentence written for staff and
    standing neither in a reply nor in what everybody may read. Sentences of fewer than sixteen letters
    are not compared."""
    numbers = set(passages(text))
    if not numbers:
        return
    theirs = in_force(Audience.INTERNAL, at).filter(passages__overlap=list(numbers))
    for row in theirs.defer("words", "body"):
        repeated = numbers & set(row.passages) - set(passages(row.reply))
        if repeated and repeated - _known_to_all(repeated, at):
            raise _internal(row)


def _known_to_all(numbers: set[int], at: datetime) -> set[int]:
    rows = public(at).filter(passages__overlap=list(numbers)).values_list("passages", flat=True)
    return {number for row in rows for number in row}


def _internal(row: ArticleVersion) -> RuleBroken:
    return RuleBroken(
        _("“%(title)s” is written for staff and does not go to customers. Say it in your own words, or"
          " use a reply.") % {"title": row.title},
        code="internal_only",
        field="text",
    )  # fmt: skip
