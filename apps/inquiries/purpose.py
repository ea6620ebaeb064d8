"""What somebody who wrote to us wants: to know where a parcel is, or somebody to act. Pure."""

import re
import unicodedata

from apps.inquiries.classes import class_of
from apps.inquiries.mail.parsing import File, Mail
from apps.inquiries.reading import Found

# Signatures and disclaimers are long; a question is not.
LONGEST_QUESTION = 600
# A logo under the signature is no proof of anything.
SMALL_PICTURE = 15 * 1024
_ASKS = re.compile(
    r"到哪|哪里|在哪|查询|查件|查一下|物流|进度|什么时候|何时|单号|状态|\b(?:where|status|track(?:ing)?"
    r"|when|eta|arrive|update)\b",
    re.I,
)
_COURTESY = re.compile(
    r"[\s。.!！,，~]*(?:好的?|收到|谢谢|多谢|感谢|辛苦了|知道了|ok(?:ay)?|thanks?(?: you)?|thank you"
    r"(?: very much)?|got it|great|noted|您?好|you|very much|so much)(?:[\s。.!！,，~]|$)",
    re.I,
)


def is_plain_question(mail: Mail, found: Found) -> bool:
    """Whether a machine's answer about the numbers is all that is wanted."""
    if not (found.numbers or found.mistyped):
        return False
    text = mail.question
    if class_of(text) is not None:
        return False
    if _ASKS.search(text):
        return True
    return len(text) <= LONGEST_QUESTION and not pictures_of(mail)


def is_courtesy(text: str) -> bool:
    """“Thanks!” and nothing else: nobody has to act."""
    rest = unicodedata.normalize("NFKC", text).strip()[:80]
    while match := _COURTESY.match(rest):
        rest = rest[match.end() :].strip()
        if not rest:
            return True
    return False


def pictures_of(mail: Mail) -> bool:
    """Whether photos came along."""
    return any(f.content_type.startswith("image/") for f in mail.files if not is_decoration(f))


def is_decoration(file: File) -> bool:
    """A small picture inside the text."""
    return file.is_inline and len(file.content) <= SMALL_PICTURE


def is_spam(headers: dict[str, str]) -> bool:
    """What our own mail server marked."""
    flag = headers.get("x-spam-flag", "").strip().lower()
    status = headers.get("x-spam-status", "").strip().lower()
    return flag == "yes" or status.startswith("yes")


def is_vouched(headers: dict[str, str], server: str) -> bool:
    """Whether ``server``, the one that takes our mail in, found that whoever owns the author's
    domain stands by the mail (DMARC passed: RFC 8601, RFC 7489). SPF or DKIM alone may be another
    domain's. Without a server to trust nobody vouches for anything."""
    results = _results(headers, server)
    return "dmarc=pass" in results and results.count("dmarc=") == 1


def is_forged(headers: dict[str, str], server: str) -> bool:
    """Whether ``server``, the one that takes our mail in, found that the author did not send it
    (RFC 8601). Without a server to trust nothing is known."""
    results = _results(headers, server)
    return "dmarc=fail" in results or ("spf=fail" in results and "dkim=pass" not in results)


def _results(headers: dict[str, str], server: str) -> str:
    """What ``server`` itself found; "" where it said nothing, or is not known."""
    verdicts = headers.get("authentication-results", "").lower()
    by, _semicolon, results = verdicts.partition(";")
    return results if server and by.split()[:1] == [server.lower()] else ""
