"""Before the customer hears something: what was said since the page was opened (CMP-1, collision)."""

from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.complaints.models import FROM_CUSTOMER, Case, CaseEntry
from apps.complaints.queries.desk import entries_since
from apps.complaints.rules.privacy import masked
from apps.core.times import human


def warnings_since(case: Case, seen: str, user: User) -> list[str]:
    """A sentence for each thing said since the entry ``seen``, as the page sent it back; none where
    the page sent no number."""
    if not (seen.isascii() and seen.isdigit()) or len(seen) > 18:
        return []
    return [_sentence(entry) for entry in entries_since(case, int(seen), user)]


def _sentence(entry: CaseEntry) -> str:
    if entry.kind in FROM_CUSTOMER:
        words = _(
            "Meanwhile the customer wrote (%(when)s): “%(text)s”. Nothing was done and your text is kept; read it, and send again if it still holds."
        )
    else:
        words = _(
            "Meanwhile %(who)s told the customer (%(when)s): “%(text)s”. Your text is kept; send it again if it still has to be said."
        )
    return words % {
        "who": entry.by,
        "when": human(entry.at),
        "text": masked(entry.text, entry.case)[:120],
    }
