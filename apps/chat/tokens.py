"""The visitor's key and the desk's ticket as they travel: signed, so that whatever we did not
make is refused without a question to the database. Pure but for the secret of the settings."""

from django.core.signing import BadSignature, TimestampSigner

COOKIE = "yipiao_chat"
COOKIE_PATH = "/chat"
# Seconds; a chat that is over can be read again this long after it began.
TOKEN_LIFE = 24 * 3600
# A ticket opens nothing but the bell that says that there is news.
TICKET_LIFE = 15 * 60
_TOKEN = TimestampSigner(salt="chat.chat")
_TICKET = TimestampSigner(salt="chat.chat.desk")
_LONGEST = 200


def seal_token(token: str) -> str:
    return _TOKEN.sign(token)


def open_token(value: str) -> str:
    """The token behind a cookie; empty for one that is not ours or too old."""
    return _open(_TOKEN, value, TOKEN_LIFE)


def desk_ticket(user_id: int) -> str:
    return _TICKET.sign(str(user_id))


def read_ticket(value: str) -> int | None:
    opened = _open(_TICKET, value, TICKET_LIFE)
    return int(opened) if opened else None


def _open(signer: TimestampSigner, value: str, life: int) -> str:
    if not value or len(value) > _LONGEST:
        return ""
    try:
        return signer.unsign(value, max_age=life)
    except BadSignature:
        return ""
