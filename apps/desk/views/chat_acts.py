"""What an agent does with a chat: take, say, hand over, record, close (CMP-1). A script gets a word
of JSON, a plain form the page again."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from apps.accounts.models import User
from apps.backoffice.once import answers_again
from apps.chat.enums import ChatSide
from apps.chat.models import Chat
from apps.chat.queries.context import context_of
from apps.chat.queries.seats import chat_settings, colleagues
from apps.chat.services import giving, seats, talking
from apps.chat.services.ending import Closing, close_chat, dismiss_chat
from apps.chat.services.filing import Filing, open_case_from_chat
from apps.complaints.enums import CaseClass, Outcome
from apps.complaints.models import Case
from apps.core.database import database_now
from apps.core.errors import BadInput, RuleBroken
from apps.core.files import NewFile
from apps.desk.views.chats import for_chat_staff, visible_chat
from apps.desk.views.shared import person_of, show

Act = Callable[[Chat, User], Any]
MOST_READ = 12


def _is_scripted(request: HttpRequest) -> bool:
    return "application/json" in request.headers.get("Accept", "")


def _act(request: HttpRequest, chat_id: int, act: Act) -> HttpResponse:
    """Do it, or say in words why not; what one may not see does not exist."""
    person = person_of(request)
    chat = visible_chat(person, chat_id)
    try:
        message = act(chat, person)
    except RuleBroken as refusal:
        return _refused(request, refusal)
    if _is_scripted(request):
        return answers_again(JsonResponse({"done": True, "said": str(message or "")}))
    if message:
        messages.success(request, str(message))
    return redirect("desk:chats")


def _refused(request: HttpRequest, refusal: RuleBroken) -> HttpResponse:
    if _is_scripted(request):
        content = {"message": str(refusal), "code": refusal.code, "field": refusal.field}
        return JsonResponse(content, status=422 if isinstance(refusal, BadInput) else 409)
    messages.error(request, str(refusal))
    return redirect("desk:chats")


@require_POST
def _seat(request: HttpRequest) -> HttpResponse:
    """Sit down at the chat desk, or get up."""
    person = person_of(request)
    change = seats.open_seat if request.POST.get("open") == "1" else seats.close_seat
    try:
        change(by=person, at=timezone.now())
    except RuleBroken as refusal:
        return _refused(request, refusal)
    if _is_scripted(request):
        return answers_again(JsonResponse({"done": True}))
    return redirect("desk:chats")


@require_POST
def _take(request: HttpRequest, chat_id: int) -> HttpResponse:
    def act(chat: Chat, person: User) -> None:
        giving.take_chat(chat_id=chat.pk, by=person, at=timezone.now())

    return _act(request, chat_id, act)


@require_POST
def _decline(request: HttpRequest, chat_id: int) -> HttpResponse:
    def act(chat: Chat, person: User) -> None:
        giving.decline_chat(chat_id=chat.pk, by=person, at=timezone.now())

    return _act(request, chat_id, act)


@require_POST
def _say(request: HttpRequest, chat_id: int) -> HttpResponse:
    """To the visitor, or a note among colleagues."""
    text, mark = request.POST.get("text", ""), _uuid(request.POST.get("client_id", ""))

    def act(chat: Chat, person: User) -> None:
        at = timezone.now()
        if request.POST.get("note"):
            talking.add_chat_note(chat_id=chat.pk, text=text, by=person, at=at, client_id=mark)
            return
        files = _files(request)
        used = request.POST.getlist("used")
        talking.answer(
            chat_id=chat.pk, text=text, by=person, at=at, client_id=mark, files=files, used=used
        )

    return _act(request, chat_id, act)


@require_POST
def _typing(request: HttpRequest, chat_id: int) -> HttpResponse:
    person = person_of(request)
    if visible_chat(person, chat_id).agent_id == person.pk:
        types = request.POST.get("types") != "0"
        talking.note_sign(chat_id=chat_id, side=ChatSide.AGENT, types=types)
    return HttpResponse(status=204)


@require_POST
def _shipment(request: HttpRequest, chat_id: int) -> HttpResponse:
    typed = request.POST.get("waybill", "")[:60]

    def act(chat: Chat, person: User) -> None:
        talking.name_shipment(chat_id=chat.pk, typed=typed, by=person, at=timezone.now())

    return _act(request, chat_id, act)


@require_http_methods(["GET", "HEAD", "POST"])
def _hand(request: HttpRequest, chat_id: int) -> HttpResponse:
    """To a colleague who is there and has room."""
    person = person_of(request)
    if request.method != "POST":
        chat = visible_chat(person, chat_id)
        people = colleagues(person, chat_settings(), database_now())
        return _form(request, "hand", chat, _("Hand the chat over"), people=people)

    def act(chat: Chat, person: User) -> str:
        to = User.objects.filter(pk=_id(request.POST.get("to", ""))).first()
        if to is None:
            raise BadInput(_("Choose a colleague."), code="required", field="to")
        note = request.POST.get("note", "")
        giving.hand_chat(chat_id=chat.pk, to=to, note=note, by=person, at=timezone.now())
        return _("It rings at %(who)s now.") % {"who": to}

    return _act(request, chat_id, act)


@require_POST
def _open_case(request: HttpRequest, chat_id: int) -> HttpResponse:
    """While both still talk, so that a complaint is with its team at once (CMP-2)."""

    def act(chat: Chat, person: User) -> str:
        filing = _filing(request, person)
        made = open_case_from_chat(chat_id=chat.pk, filing=filing, by=person, at=timezone.now())
        return _("Recorded under %(number)s.") % {"number": made.case.number if made.case else ""}

    return _act(request, chat_id, act)


@require_http_methods(["GET", "HEAD", "POST"])
def _close(request: HttpRequest, chat_id: int) -> HttpResponse:
    """End and record it: class, or the case that it belongs to."""
    person = person_of(request)
    if request.method != "POST":
        chat = visible_chat(person, chat_id)
        more = {
            "classes": CaseClass.choices,
            "outcomes": Outcome.choices,
            "open_cases": context_of(chat, person).open_cases,
            "only_case": request.GET.get("only") == "case",
        }
        return _form(request, "close", chat, _("Close the chat"), **more)

    def act(chat: Chat, person: User) -> str:
        outcome = request.POST.get("outcome", "")
        closing = Closing(
            _filing(request, person),
            settled=bool(request.POST.get("settled")),
            outcome=Outcome(outcome) if outcome in Outcome.values else Outcome.EXPLAINED,
            solution=request.POST.get("solution", ""),
        )
        done = close_chat(chat_id=chat.pk, closing=closing, by=person, at=timezone.now())
        return _("Recorded under %(number)s.") % {"number": done.case.number if done.case else ""}

    return _act(request, chat_id, act)


@require_POST
def _dismiss(request: HttpRequest, chat_id: int) -> HttpResponse:
    reason = request.POST.get("reason", "")

    def act(chat: Chat, person: User) -> str:
        dismiss_chat(chat_id=chat.pk, reason=reason, by=person, at=timezone.now())
        return _("Closed without a case.")

    return _act(request, chat_id, act)


def _form(request: HttpRequest, name: str, chat: Chat, title: str, **context: Any) -> HttpResponse:
    """The form alone for a dialogue, or on a page of its own."""
    if "part" in request.GET:
        return render(request, f"desk/_chat_{name}.html", {"chat": chat, **context})
    part = f"desk/_chat_{name}.html"
    return show(request, "desk/chat_form.html", title, chat=chat, part=part, **context)


def _filing(request: HttpRequest, person: User) -> Filing:
    chosen = request.POST.get("case_class", "")
    into = None
    if number := _id(request.POST.get("into", "")):
        into = Case.objects.visible_to(person).filter(pk=number).first()
        if into is None:
            raise BadInput(_("Choose a case."), code="required", field="into")
    elif chosen not in CaseClass.values:
        raise BadInput(_("Choose what it was."), code="required", field="case_class")
    case_class = CaseClass(into.case_class) if into else CaseClass(chosen)
    return Filing(case_class, title=request.POST.get("title", "")[:200], into=into)


def _files(request: HttpRequest) -> list[NewFile]:
    """Never more of a file than one byte beyond what is accepted."""
    most = settings.UPLOAD_MAX_BYTES + 1
    uploads = [upload for upload in request.FILES.getlist("files") if upload.name]
    return [NewFile(upload.read(most), str(upload.name)) for upload in uploads[:MOST_READ]]


def _id(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


seat = for_chat_staff(_seat)
take = for_chat_staff(_take)
decline = for_chat_staff(_decline)
say = for_chat_staff(_say)
typing = for_chat_staff(_typing)
shipment = for_chat_staff(_shipment)
hand = for_chat_staff(_hand)
open_case = for_chat_staff(_open_case)
close = for_chat_staff(_close)
dismiss = for_chat_staff(_dismiss)
