"""Online chat at the desk 在线客服: who waits, my chats side by side, what stands beside (CMP-1)."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from apps.accounts.models import User
from apps.chat.downloads import content_of
from apps.chat.enums import ChatSide, ChatState
from apps.chat.models import Chat, ChatFile
from apps.chat.queries import context as chat_context
from apps.chat.queries import desk
from apps.chat.queries.bells import desk_mark
from apps.chat.rules.chat import LONGEST_LINE
from apps.chat.services.reading import note_chat_read
from apps.chat.services.seats import touch_seat
from apps.chat.services.talking import mark_read
from apps.chat.tokens import desk_ticket
from apps.core.database import database_now
from apps.desk.views.shared import person_of, show

View = Callable[..., HttpResponseBase]
MOST_HAD = 40


def for_chat_staff(view: View) -> View:
    """For who may answer chats, on the staff site."""

    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not person_of(request).has_perm("chat.handle_chat"):
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return admin.site.admin_view(guarded)


def visible_chat(user: User, chat_id: int) -> Chat:
    """What ``user`` may not see does not exist."""
    chats = Chat.objects.visible_to(user).select_related("waybill__customer", "agent", "case")
    found = chats.filter(pk=chat_id).first()
    if found is None:
        raise Http404
    return found


@require_GET
def _board_page(request: HttpRequest) -> HttpResponse:
    person = person_of(request)
    touch_seat(by=person)
    now = database_now()
    board = desk.board(person, now)
    leads = person.has_perm("chat.lead_chat")
    return show(
        request,
        "desk/chats.html",
        _("Online chats"),
        board=board,
        ticket=desk_ticket(person.pk),
        streams_here=settings.STREAMS_HERE,
        mark=desk_mark(person.pk),
        longest=LONGEST_LINE,
        recent=desk.my_recent(person),
        team=desk.team(board.settings, now) if leads else [],
        others=desk.chats_of_others(person) if leads else [],
    )


@require_GET
def _news(request: HttpRequest) -> HttpResponse:
    """What changed on the page since it last asked, as pieces for htmx to put in their places; 304
    while nothing did. Asking is the agent's sign of life."""
    person = person_of(request)
    touch_seat(by=person)
    for chat_id, line in _pairs(request.GET.get("read", "")).items():
        side = ChatSide.AGENT
        mark_read(chat_id=chat_id, side=side, line=line, by=person, at=timezone.now())
    mark = desk_mark(person.pk)
    if request.headers.get("If-None-Match") == f'"{mark}"':
        return HttpResponse(status=304)
    have = _pairs(request.GET.get("have", ""))
    board = desk.board(person, database_now(), have=have)
    gone = have.keys() - {column.chat.pk for column in board.columns}
    context = {"board": board, "have": have, "gone": sorted(gone), "longest": LONGEST_LINE}
    answer = render(
        request,
        "desk/_chat_news.html",
        {**context, "mark": mark, "ticket": desk_ticket(person.pk)},
    )
    answer["ETag"] = f'"{mark}"'
    return answer


def _pairs(text: str) -> dict[int, int]:
    """``12:345,13:99``: ids of chats and of lines; what is no such pair is left out."""
    found = {}
    for pair in text.split(",")[:MOST_HAD]:
        chat, _colon, line = pair.partition(":")
        if all(x.isascii() and x.isdigit() and len(x) < 19 for x in (chat, line)):
            found[int(chat)] = int(line)
    return found


@require_GET
def _context(request: HttpRequest, chat_id: int) -> HttpResponse:
    """Shipment, customer, open cases and history, masked, as a piece of the page."""
    person = person_of(request)
    chat = visible_chat(person, chat_id)
    context = {"context": chat_context.context_of(chat, person), "chat": chat}
    return render(request, "desk/_chat_context.html", context)


@require_GET
def _answers(request: HttpRequest, chat_id: int) -> JsonResponse:
    person = person_of(request)
    found = chat_context.answers_for_chat(visible_chat(person, chat_id), person)
    rows = [{"code": one.code, "title": one.title, "text": one.text} for one in found]
    return JsonResponse({"answers": rows})


@require_GET
def _transcript(request: HttpRequest, chat_id: int) -> HttpResponse:
    """A chat as a whole, read-only. Somebody else's is read masked and on record."""
    person = person_of(request)
    chat = visible_chat(person, chat_id)
    is_mine = chat.agent_id == person.pk
    if chat.state == ChatState.QUEUED and not person.has_perm("chat.lead_chat"):
        raise Http404
    if not is_mine:
        note_chat_read(chat=chat, by=person, at=timezone.now())
    return show(
        request,
        "desk/chat.html",
        _("Chat of %(when)s") % {"when": f"{timezone.localtime(chat.started_at):%m-%d %H:%M}"},
        chat=chat,
        lines=desk.transcript(chat),
        masked=not (is_mine and (chat.is_live or chat.state == ChatState.OVER)),
        who=desk.name_of(chat),
    )


@require_GET
def _file(request: HttpRequest, key: str) -> HttpResponseBase:
    """A file of a chat that this agent may see."""
    try:
        wanted = UUID(key)
    except ValueError:
        raise Http404 from None
    chats = Chat.objects.visible_to(person_of(request))
    found = ChatFile.objects.filter(key=wanted, line__chat__in=chats).first()
    if found is None:
        raise Http404
    return content_of(found)


board_page = for_chat_staff(_board_page)
news = for_chat_staff(_news)
context_view = for_chat_staff(_context)
answers = for_chat_staff(_answers)
transcript = for_chat_staff(_transcript)
file = for_chat_staff(_file)
