"""Before and after a chat: the form that begins it, the message where nobody is there to chat, the
record of what was said and how satisfied the visitor is (CMP-1, CMP-7)."""

from uuid import UUID, uuid4

from django.core.signing import BadSignature, dumps, loads
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.middleware.csrf import get_token
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import get_language
from django.views.decorators.http import require_POST, require_safe

from apps.accounts.enums import Language
from apps.accounts.queries import public_user
from apps.chat.models import Chat
from apps.chat.queries.hours import opening
from apps.chat.queries.seats import chat_settings, waiting_count
from apps.chat.services.ending import rate_chat, turn_into_message
from apps.chat.services.starting import NewChat, leave_message, start_chat
from apps.complaints.enums import CaseClass
from apps.core.database import database_now
from apps.core.errors import RuleBroken
from apps.core.requests import client_address
from apps.core.times import now
from apps.portal.answers import page, private_response
from apps.portal.chats import limits, news_context, status_of
from apps.portal.languages import in_visitor_language
from apps.portal.uploads import files_of
from apps.portal.visitors import chat_of, remember_chat
from apps.tracking.days import by_when

FIELDS = ("text", "waybill_number", "contact_name", "contact_phone", "contact_email")
THANKS = "portal.chat.thanks"
THANKS_LIFE = 24 * 3600
# What went wrong, as a browser is told.
_STATUS = {"chat_limit": 429, "chat_over": 409, "answered": 409, "file_too_large": 413}


def see_other(address: str) -> HttpResponse:
    response = private_response(HttpResponseRedirect(address))
    response.status_code = 303
    return response


def refused_status(refusal: RuleBroken) -> int:
    return _STATUS.get(refusal.code, 422)


def entrance(
    request: HttpRequest,
    *,
    refusal: RuleBroken | None = None,
    typed: dict[str, str] | None = None,
) -> HttpResponse:
    """The form that begins a chat, or the one that leaves a message. ``typed`` is kept."""
    found = opening(chat_settings(), database_now())
    typed = typed or {"waybill_number": request.GET.get("n", "")[:40]}
    as_message = not found.is_open or "message" in request.GET or "message" in typed
    context = {
        **limits(),
        "as_message": as_message,
        "is_open": found.is_open,
        "waiting": waiting_count() if not as_message else 0,
        "reply_by": by_when(found.reply_by, now()),
        "classes": [(value, label) for value, label in CaseClass.choices],
        "typed": {name: typed.get(name, "") for name in FIELDS},
        "chosen": typed.get("case_class") or CaseClass.INQUIRY,
        "nonce": typed.get("nonce") or str(uuid4()),
        "error": str(refusal) if refusal else "",
        "field": refusal.field if refusal else "",
        "csrf_token": get_token(request),
        "switch": "?",
    }
    status = refused_status(refusal) if refusal else 200
    return page("portal/chat_entrance.html", context, status)


@require_POST
@in_visitor_language(remember=False)
def chat_start(request: HttpRequest) -> HttpResponse:
    found = chat_of(request)
    if found is not None and found.is_live:
        return see_other("/chat")
    typed = _typed(request)
    try:
        begun = start_chat(
            new=_new(typed),
            address=client_address(request),
            by=public_user(),
            at=timezone.now(),
            files=files_of(request),
        )
    except RuleBroken as refusal:
        if refusal.code == "chat_closed":
            typed["message"] = "1"
        return entrance(request, refusal=refusal, typed=typed)
    response = see_other("/chat#end")
    remember_chat(response, begun.token)
    return response


@require_POST
@in_visitor_language(remember=False)
def chat_message(request: HttpRequest) -> HttpResponse:
    """Leave a message; it is a case at once, and a time is told by which it is answered."""
    typed = {**_typed(request), "message": "1"}
    chosen = typed["case_class"]
    try:
        left = leave_message(
            new=_new(typed),
            case_class=CaseClass(chosen) if chosen in CaseClass.values else CaseClass.INQUIRY,
            address=client_address(request),
            by=public_user(),
            at=timezone.now(),
            files=files_of(request),
        )
    except RuleBroken as refusal:
        return entrance(request, refusal=refusal, typed=typed)
    sealed = dumps({"n": left.case.number, "by": left.reply_by.isoformat()}, salt=THANKS)
    return see_other(f"/chat/thanks?m={sealed}")


@require_safe
@in_visitor_language()
def chat_thanks(request: HttpRequest) -> HttpResponse:
    """The number of the message and the time; only to be had from having left one."""
    try:
        thanks = loads(request.GET.get("m", "")[:400], salt=THANKS, max_age=THANKS_LIFE)
        reply_by = parse_datetime(thanks["by"])
    except (BadSignature, KeyError, TypeError, ValueError):
        return see_other("/chat")
    when = by_when(reply_by, now()) if reply_by else ""
    switch = f"?m={request.GET['m']}&"
    context = {"number": thanks["n"], "when": when, "switch": switch}
    return page("portal/chat_thanks.html", context)


@require_POST
@in_visitor_language(remember=False)
def chat_later(request: HttpRequest) -> HttpResponse:
    """From the queue: not waiting any longer, but to be called back or written to."""
    found = chat_of(request)
    if found is None or not found.is_live:
        return see_other("/chat")
    try:
        turn_into_message(
            chat_id=found.pk,
            phone=request.POST.get("contact_phone", "")[:40],
            email=request.POST.get("contact_email", "")[:200],
            name=request.POST.get("contact_name", "")[:60],
            by=public_user(),
            at=timezone.now(),
        )
    except RuleBroken as refusal:
        if refusal.code == "is_answered":
            return see_other("/chat")
        return _again(request, found, refusal)
    return see_other("/chat")


def _again(request: HttpRequest, found: Chat, refusal: RuleBroken) -> HttpResponse:
    context = {
        **news_context(found, status_of(found, database_now())),
        **limits(),
        "error": str(refusal),
        "later_open": True,
        "csrf_token": get_token(request),
        "switch": "?",
        "live": True,
    }
    return page("portal/chat.html", context, refused_status(refusal))


def ended(
    request: HttpRequest, found: Chat, *, error: str = "", text: str = "", status: int = 200
) -> HttpResponse:
    """What was said stays readable for a day; ``text`` is what came too late to be sent."""
    context = {
        **news_context(found, status_of(found, database_now())),
        "error": error,
        "text": text,
        "csrf_token": get_token(request),
        "switch": "?",
        "live": False,
        "may_rate": found.rating is None and found.agent_id is not None,
    }
    return page("portal/chat.html", context, status)


@require_POST
@in_visitor_language(remember=False)
def chat_rate(request: HttpRequest) -> HttpResponse:
    found = chat_of(request)
    if found is None:
        return see_other("/chat")
    score = request.POST.get("score", "")
    try:
        rate_chat(
            chat_id=found.pk,
            score=int(score) if score.isascii() and score.isdigit() and len(score) < 3 else 0,
            comment=request.POST.get("comment", "")[:2000],
            by=public_user(),
            at=timezone.now(),
        )
    except RuleBroken as refusal:
        if found.is_live:
            return see_other("/chat")
        return ended(request, found, error=str(refusal), status=refused_status(refusal))
    return see_other("/chat")


def _typed(request: HttpRequest) -> dict[str, str]:
    names = (*FIELDS, "case_class", "nonce")
    return {name: request.POST.get(name, "")[:4000] for name in names}


def _new(typed: dict[str, str]) -> NewChat:
    english = (get_language() or "").startswith("en")
    return NewChat(
        text=typed["text"],
        language=Language.ENGLISH if english else Language.CHINESE,
        name=typed["contact_name"],
        phone=typed["contact_phone"],
        email=typed["contact_email"],
        waybill_number=typed["waybill_number"],
        nonce=_nonce(typed),
    )


def _nonce(typed: dict[str, str]) -> UUID | None:
    try:
        return UUID(typed["nonce"])
    except ValueError:
        return None
