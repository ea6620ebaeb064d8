"""Online chat 在线客服, the visitor's side: a page and plain forms; a script makes it live (CMP-1)."""

from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.middleware.csrf import get_token
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from apps.accounts.queries import public_user
from apps.chat.downloads import content_of
from apps.chat.enums import ChatSide
from apps.chat.models import Chat
from apps.chat.queries.visitor import file_for_visitor, line_key, line_of
from apps.chat.services.ending import leave_chat
from apps.chat.services.talking import mark_read, note_sign, say
from apps.core.database import database_now
from apps.core.errors import RuleBroken
from apps.core.requests import client_address
from apps.portal.answers import page, private_response
from apps.portal.chats import limits, news, news_context, status_of
from apps.portal.languages import in_visitor_language
from apps.portal.uploads import files_of
from apps.portal.views.chat_entrance import ended, entrance, refused_status, see_other
from apps.portal.visitors import chat_of, clear_chat

JSON = "application/json"


@require_safe
@in_visitor_language()
def chat(request: HttpRequest) -> HttpResponse:
    """Begin, go on, or read once more what was said."""
    found = chat_of(request)
    if found is None:
        return entrance(request)
    if not found.is_live:
        return ended(request, found)
    return talk(request, found)


def talk(
    request: HttpRequest, found: Chat, *, error: str = "", text: str = "", status: int = 200
) -> HttpResponse:
    note_sign(chat_id=found.pk, side=ChatSide.VISITOR)
    context = {
        **news_context(found, status_of(found, database_now())),
        **limits(),
        "error": error,
        "text": text,
        "csrf_token": get_token(request),
        "switch": "?",
        "live": True,
        "streams_here": settings.STREAMS_HERE,
    }
    _read(found, context["last_line"])
    return page("portal/chat.html", context, status)


@require_safe
@in_visitor_language(remember=False)
def chat_news(request: HttpRequest) -> HttpResponse:
    """What is new since line ``after``; 304 while nothing is. Also the visitor's sign of life."""
    found = chat_of(request)
    if found is None:
        return private_response(HttpResponse(status=404))
    note_sign(chat_id=found.pk, side=ChatSide.VISITOR)
    if read := line_of(request.GET.get("read", "")):
        _read(found, read)
    status = status_of(found, database_now())
    etag = f'"{status.version}"'
    if request.headers.get("If-None-Match") == etag:
        response = HttpResponse(status=304)
    else:
        response = HttpResponse(news(found, status, line_of(request.GET.get("after", ""))))
    response["ETag"] = etag
    return private_response(response)


@require_POST
@in_visitor_language(remember=False)
def chat_say(request: HttpRequest) -> HttpResponse:
    """A line, files, or both. A script gets a word of JSON, a plain form its page again."""
    found = chat_of(request)
    scripted = JSON in request.headers.get("Accept", "")
    if found is None:
        return _gone() if scripted else see_other("/chat")
    text = request.POST.get("text", "")
    try:
        line = say(
            chat_id=found.pk,
            text=text,
            by=public_user(),
            at=timezone.now(),
            address=client_address(request),
            client_id=client_id(request),
            files=files_of(request),
        )
    except RuleBroken as refusal:
        status = refused_status(refusal)
        if scripted:
            problem = {"message": str(refusal), "code": refusal.code, "field": refusal.field}
            return private_response(JsonResponse(problem, status=status))
        if refusal.code == "chat_over":
            return ended(request, found, error=str(refusal), text=text, status=status)
        return talk(request, found, error=str(refusal), text=text, status=status)
    if scripted:
        return private_response(JsonResponse({"line": line_key(line.pk)}))
    return see_other("/chat#end")


@require_POST
def chat_typing(request: HttpRequest) -> HttpResponse:
    found = chat_of(request)
    if found is not None and found.is_live:
        types = request.POST.get("types") != "0"
        note_sign(chat_id=found.pk, side=ChatSide.VISITOR, types=types)
    return private_response(HttpResponse(status=204))


@require_POST
def chat_leave(request: HttpRequest) -> HttpResponse:
    found = chat_of(request)
    if found is not None:
        leave_chat(chat_id=found.pk, by=public_user(), at=timezone.now())
    return see_other("/chat")


@require_POST
def chat_forget(request: HttpRequest) -> HttpResponse:
    """A new chat next time, or nothing left on a shared computer; one that goes on is ended."""
    found = chat_of(request)
    if found is not None and found.is_live:
        leave_chat(chat_id=found.pk, by=public_user(), at=timezone.now())
    response = see_other("/chat" if "again" in request.POST else "/")
    clear_chat(response)
    return response


@require_safe
def chat_file(request: HttpRequest, key: str) -> HttpResponseBase:
    """A file of one's own chat. Pictures are ours, drawn anew; everything else is only saved."""
    found = chat_of(request)
    try:
        file = file_for_visitor(found, UUID(key)) if found else None
    except ValueError:
        file = None
    if file is None:
        return page("404.html", status=404)
    response = content_of(file)
    response["Cache-Control"] = "private, no-store"
    return response


def client_id(request: HttpRequest) -> UUID | None:
    try:
        return UUID(request.POST.get("client_id", ""))
    except ValueError:
        return None


def _read(found: Chat, line: int) -> None:
    if line > found.visitor_read:
        side = ChatSide.VISITOR
        mark_read(chat_id=found.pk, side=side, line=line, by=public_user(), at=timezone.now())


def _gone() -> HttpResponse:
    return private_response(JsonResponse({"message": "", "code": "chat_over"}, status=410))
