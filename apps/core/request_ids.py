"""By which the lines of logs belong together: one id for a request, the work it calls a worker to, and what
is asked outside meanwhile. Chosen at random: it says nothing about anybody."""

import re
from contextvars import ContextVar, Token
from uuid import uuid4

HEADER = "X-Request-ID"
_SHAPE = re.compile(r"[A-Za-z0-9-]{8,64}")
_current: ContextVar[str] = ContextVar("request_id", default="")


def current() -> str:
    """ "" outside of any request and any task."""
    return _current.get()


def begin(given: str = "") -> Token[str]:
    """From now on this thread works for ``given``, or for a new id where it has not the shape of one."""
    return _current.set(given if _SHAPE.fullmatch(given) else uuid4().hex)


def end(token: Token[str]) -> None:
    _current.reset(token)
