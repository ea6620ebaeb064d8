"""How a visitor keeps a chat: a signed cookie, sent to the chat's addresses only (CMP-1)."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from apps.chat.models import Chat
from apps.chat.queries.visitor import chat_by_token
from apps.chat.tokens import COOKIE, COOKIE_PATH, TOKEN_LIFE, open_token, seal_token


def remember_chat(response: HttpResponse, token: str) -> None:
    response.set_cookie(
        COOKIE,
        seal_token(token),
        max_age=TOKEN_LIFE,
        path=COOKIE_PATH,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def clear_chat(response: HttpResponse) -> None:
    response.delete_cookie(COOKIE, path=COOKIE_PATH, samesite="Lax")


def chat_of(request: HttpRequest) -> Chat | None:
    """The chat whose key the request carries. A key that we did not sign asks no database."""
    token = open_token(request.COOKIES.get(COOKIE, ""))
    return chat_by_token(token) if token else None
