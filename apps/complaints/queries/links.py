"""The keys by which people outside reach their case; derived, so that no secret is stored.

The link opens the page of a case. The tag stands in the subject of our mails, where others may see
it: it only lets a reply into the conversation and opens nothing.
"""

import base64
import hmac
import re

from django.utils.crypto import salted_hmac

from apps.complaints.models import Case

NUMBER = re.compile(r"CS\d{8}-\d{5,9}")
_TOKEN = re.compile(r"(CS\d{8}-\d{5,9})-([A-Za-z0-9_-]{22})", re.ASCII)
_TAG = re.compile(r"\b(CS\d{8}-\d{5,9})(?:-([a-z2-7]{10})\b)?", re.ASCII | re.IGNORECASE)
_PAGE, _MAIL = "complaints.page", "complaints.mail"
MOST_TAGS = 5


def token_of(case: Case) -> str:
    """``CS20261125-48391527-<22 signs>``: the number, and 128 bits that only we can make."""
    return f"{case.number}-{_seal(case)}"


def case_of_token(token: str) -> Case | None:
    """The case behind a link; None for whatever we did not make."""
    match = _TOKEN.fullmatch(token)
    if match is None:
        return None
    case = Case.objects.select_related("merged_into", "waybill").filter(number=match[1]).first()
    # Compared for an unknown number as well, so that both take as long.
    expected = _seal(case) if case is not None else _seal(Case(number=match[1]))
    same = hmac.compare_digest(match[2].encode(), expected.encode())
    return case if same else None


def tag_of(case: Case) -> str:
    """``CS20261125-48391527-k3f9x2qa7m``, for the subject of a mail."""
    return f"{case.number}-{_word(case)}"


def tagged(text: str) -> list[tuple[str, str]]:
    """Each case number in a text with the word behind it, "" where there is none; the text may be
    a stranger's."""
    found = [(m[1].upper(), (m[2] or "").lower()) for m in _TAG.finditer(text[:2_000])]
    return list(dict.fromkeys(found))[:MOST_TAGS]


def is_right_word(case: Case, word: str) -> bool:
    return hmac.compare_digest(word.encode(), _word(case).encode())


def _seal(case: Case) -> str:
    digest = salted_hmac(_PAGE, f"{case.pk}:{case.number}", algorithm="sha256").digest()[:16]
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def _word(case: Case) -> str:
    """Fifty bits: every wrong guess costs a mail and opens a case of its own."""
    digest = salted_hmac(_MAIL, f"{case.pk}:{case.number}", algorithm="sha256").digest()
    return base64.b32encode(digest).decode().lower()[:10]
