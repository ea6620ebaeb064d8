"""Reporting a problem: a form that works without script, keeps what was typed and the photos, and
counts once however often it is sent (CMP-1, TRK-10)."""

from datetime import datetime, timedelta
from uuid import uuid4

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import translation
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from apps.accounts.enums import Language
from apps.accounts.queries import public_user
from apps.backoffice.services.counting import add_for_good
from apps.complaints import services
from apps.complaints.enums import CaseChannel
from apps.complaints.inputs import NewCase
from apps.complaints.models import Case
from apps.complaints.queries.links import token_of
from apps.core.errors import RuleBroken
from apps.core.requests import client_address
from apps.core.times import now
from apps.knowledge.enums import Audience
from apps.knowledge.queries import article_in_force
from apps.portal.answers import key_page, private_response
from apps.portal.forms import ReportForm
from apps.portal.languages import in_visitor_language
from apps.portal.photos import MOST, Photos, takes_photos
from apps.portal.problems import CLASS_OF, Problem
from apps.portal.queries import known_waybill

# Tries and cases of one address, and cases about one shipment, known or not: the number of an
# office is busy, a script is busier.
TRIES = (timedelta(hours=1), 60)
CASES = (timedelta(hours=1), 12)
ABOUT_ONE = (timedelta(days=1), 12)
MOST_CARRIED = 200  # signs of what was looked for in the help centre
# Which field of the form a refusal of the services is about.
FIELDS = {
    "contact_phone": "phone",
    "contact_email": "email",
    "description": "text",
    "waybill": "waybill",
}


@require_http_methods(["GET", "HEAD", "POST"])
@takes_photos
@in_visitor_language()
def report(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        start = {
            "waybill": request.GET.get("n", "")[:60],
            "text": _carried(request),
            "key": uuid4(),
        }
        return show(request, ReportForm(initial=start))
    at, address = now(), client_address(request)
    if _is_over("rep_tries", address, TRIES, at):
        return show(request, ReportForm(request.POST), stopped=True, status=429)
    form, photos = ReportForm(request.POST), Photos(request)
    if form.is_valid() and not photos.errors:
        if _is_over("rep_cases", address, CASES, at) or _is_over_about(form, at):
            return show(request, form, photos, stopped=True, status=429)
        case = _take(form, photos, at)
        if case is not None:
            photos.done()
            response = private_response(HttpResponseRedirect(f"/case/{token_of(case)}?sent=1"))
            response.status_code = 303
            return response
    return show(request, form, photos, status=422)


def _carried(request: HttpRequest) -> str:
    """What comes from the help centre: "t", the words looked for, and "a", the article that everybody may
    read and that did not answer."""
    words = request.GET.get("t", "")[:MOST_CARRIED]
    language = get_language() or Language.CHINESE
    version = article_in_force(request.GET.get("a", "")[:60], Audience.PUBLIC, now(), language)
    if version is None:
        return words
    read = _("I have read “%(title)s”, and it does not answer:") % {"title": version.title}
    return f"{read}\n{words}" if words else f"{read}\n"


def _is_over(kind: str, name: str, limit: tuple[timedelta, int], at: datetime) -> bool:
    window, most = limit
    return add_for_good(f"portal.{kind}", name, window=window, at=at) > most


def _is_over_about(form: ReportForm, at: datetime) -> bool:
    """Counted for a number that we do not know as well, so that nothing is learnt from it."""
    number = form.cleaned_data["waybill"]
    return bool(number) and _is_over("rep_about", number, ABOUT_ONE, at)


def _take(form: ReportForm, photos: Photos, at: datetime) -> Case | None:
    """None when the services refuse; the form then says what."""
    given = form.cleaned_data
    waybill = known_waybill(given["waybill"]) if given["waybill"] else None
    text = given["text"]
    if given["waybill"]:
        # Perhaps mistyped, perhaps another courier's: whoever works on it sees it. A known one is
        # written down likewise, because the case's page shows these words (TRK-10).
        text = f"{text}\n\n{_('Waybill number')}: {given['waybill']}"
    new = NewCase(
        case_class=CLASS_OF[Problem(given["kind"])],
        channel=CaseChannel.WEB,
        description=text,
        title=_title(given["kind"], given["text"]),
        waybill=waybill,
        contact_name=given["name"],
        contact_phone=given["phone"],
        contact_email=given["email"],
        language=Language(get_language() or Language.CHINESE),
    )
    try:
        opened = services.take_report(
            new=new, key=form.sent_as, files=photos.take(), by=public_user(), at=at
        )
    except RuleBroken as refusal:
        form.add_error(FIELDS.get(refusal.field or ""), str(refusal))
        return None
    return opened.case


def _title(kind: str, text: str) -> str:
    """For the desk, in the language of the company."""
    with translation.override(Language.CHINESE):
        return f"{Problem(kind).label}：{text}"


def show(
    request: HttpRequest,
    form: ReportForm,
    photos: Photos | None = None,
    *,
    stopped: bool = False,
    status: int = 200,
) -> HttpResponse:
    if photos is not None and status != 200:
        photos.keep()
    context = {
        "form": form,
        "kinds": Problem.choices,
        "key": form["key"].value() or uuid4(),
        "kept": photos.kept if photos is not None else [],
        "photo_errors": photos.errors if photos is not None else [],
        "most": MOST,
        "stopped": stopped,
    }
    return key_page(request, "portal/report.html", context, status)
