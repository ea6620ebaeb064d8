"""Where WeCom, DingTalk and Feishu tell us what was pressed there. A door without its settings is not there."""

import logging
from collections.abc import Callable
from functools import wraps

from django.core.exceptions import RequestDataTooBig
from django.db import OperationalError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, UnreadablePostError
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from apps.core.errors import BadInput
from apps.notifications import services
from apps.notifications.callbacks import dingtalk, feishu, wecom
from apps.notifications.callbacks.checking import MAX_BYTES, refused

log = logging.getLogger(__name__)
View = Callable[[HttpRequest], HttpResponse]


def _door(is_open: Callable[[], bool]) -> Callable[[View], View]:
    """Closed without settings; what does not come from the platform is refused and says so in our log, without
    a word of the message."""

    def wrap(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest) -> HttpResponse:
            if not is_open():
                raise Http404
            try:
                return view(request)
            except BadInput as refusal:
                log.warning("a call at %s was refused: %s", request.path, refusal.code)
                status = 413 if refusal.code == "too_large" else 403
                return JsonResponse({"code": refusal.code, "msg": str(refusal)}, status=status)
            except OperationalError:
                log.warning("a press has to come again: the database is too busy")
                return HttpResponse(status=503)

        return csrf_exempt(guarded)

    return wrap


def _body(request: HttpRequest) -> bytes:
    try:
        body = request.body
    except (RequestDataTooBig, UnreadablePostError):
        raise refused("too_large") from None
    if len(body) > MAX_BYTES:
        raise refused("too_large")
    return body


def _headers(request: HttpRequest) -> dict[str, str]:
    return {name.lower(): value for name, value in request.headers.items()}


@_door(wecom.is_open)
@require_http_methods(["GET", "POST"])
def wecom_presses(request: HttpRequest) -> HttpResponse:
    query, now = request.GET.dict(), timezone.now()
    if request.method == "GET":
        return HttpResponse(wecom.echo(query, at=now), content_type="text/plain")
    press, who = wecom.press_of(query, _body(request), at=now)
    if press is None:
        return HttpResponse("", content_type="text/plain")
    answer = services.take_press(press, at=now)
    return HttpResponse(wecom.answer(answer, who), content_type="text/xml; charset=utf-8")


@_door(feishu.is_open)
@require_POST
def feishu_presses(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    challenge, press = feishu.challenge_or_press(_headers(request), _body(request), at=now)
    if press is None:
        return JsonResponse({"challenge": challenge} if challenge else {})
    return JsonResponse(feishu.answer(services.take_press(press, at=now)))


@_door(dingtalk.is_open)
@require_POST
def dingtalk_presses(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    press = dingtalk.press_of(_headers(request), _body(request), at=now)
    return JsonResponse(dingtalk.answer(services.take_press(press, at=now) if press else None))
