"""The page of a case for whoever brought it: reached by its secret link alone (CMP-1, TRK-10)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from django.core.files.storage import default_storage
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from apps.accounts.queries import public_user
from apps.backoffice.services.counting import add_for_good
from apps.claims.queries.filing import claimant_of
from apps.claims.queries.public import public_claims
from apps.complaints import services
from apps.complaints.enums import CaseChannel, EntryKind
from apps.complaints.inputs import NewMessage
from apps.complaints.models import Case, CaseFile
from apps.complaints.queries.following import public_file
from apps.complaints.queries.links import case_of_token, token_of
from apps.core.downloads import UNKNOWN, private_file
from apps.core.errors import RuleBroken
from apps.core.times import now
from apps.portal.answers import key_page, page, private_response, stopped
from apps.portal.case_page import lay_out
from apps.portal.forms import MessageForm, WithdrawForm
from apps.portal.forms.claims import ClaimPaperForm
from apps.portal.languages import in_visitor_language
from apps.portal.links import behind_link
from apps.portal.photos import MOST, Papers, Photos, takes_photos

MESSAGES = (timedelta(hours=1), 30)


@dataclass(frozen=True, slots=True)
class SentPapers:
    """Papers of the claim ``number`` that were not all taken, to be shown once more with what is wrong."""

    number: str
    kind: str
    files: Papers


@require_safe
@in_visitor_language()
def case(request: HttpRequest, token: str) -> HttpResponse:
    found = find_case(request, token)
    if isinstance(found, HttpResponse):
        return found
    return show(request, found, sent=request.GET.get("sent") == "1")


def find_case(request: HttpRequest, token: str) -> Case | HttpResponse:
    return behind_link(request, lambda: case_of_token(token))


def show(
    request: HttpRequest,
    found: Case,
    *,
    form: MessageForm | None = None,
    photos: Photos | None = None,
    papers: SentPapers | None = None,
    sent: bool = False,
    error: str = "",
    status: int = 200,
) -> HttpResponse:
    token = token_of(found)
    if photos is not None:
        photos.keep()
    if papers is not None:
        papers.files.keep()
    form = form or MessageForm(initial={"key": uuid4()})
    context = {
        "page": lay_out(found, token, now()),
        "claims": public_claims(found),
        "may_claim": claimant_of(found) is not None,
        "papers": papers,
        "paper_kinds": ClaimPaperForm().fields["kind"].choices,  # type: ignore[attr-defined]  # a choice
        "token": token,
        "form": form,
        "key": form["key"].value() or uuid4(),
        "kept": photos.kept if photos is not None else [],
        "photo_errors": photos.errors if photos is not None else [],
        "most": MOST,
        "sent": sent,
        "error": error,
        "here": request.build_absolute_uri(f"/case/{token}"),
    }
    return key_page(request, "portal/case.html", context, status)


@require_http_methods(["POST"])
@takes_photos
@in_visitor_language(remember=False)
def write(request: HttpRequest, token: str) -> HttpResponse:
    """Another message, or photos, or both."""
    found = find_case(request, token)
    if isinstance(found, HttpResponse):
        return found
    subject, at = found, now()
    form, photos = MessageForm(request.POST), Photos(request)
    window, most = MESSAGES
    if add_for_good("portal.case_words", str(subject.pk), window=window, at=at) > most:
        return stopped(int(window.total_seconds()))
    if form.is_valid() and not photos.errors:
        if not form.cleaned_data["text"].strip() and not photos.are_there:
            form.add_error("text", _("Write something, or add a photo."))
        elif _add(subject, form, photos, at):
            photos.done()
            return _back(token, "#conversation")
    return show(request, subject, form=form, photos=photos, status=422)


def _add(subject: Case, form: MessageForm, photos: Photos, at: datetime) -> bool:
    key = form.sent_as
    message = NewMessage(
        kind=EntryKind.MESSAGE_IN,
        text=form.cleaned_data["text"],
        channel=CaseChannel.WEB,
        external_id=f"web:{key}" if key else "",
    )
    try:
        services.add_message(
            case_id=subject.pk, message=message, files=photos.take(), by=public_user(), at=at
        )
    except RuleBroken as refusal:
        form.add_error("text", str(refusal))
        return False
    return True


def _back(token: str, where: str = "") -> HttpResponse:
    response = private_response(HttpResponseRedirect(f"/case/{token}{where}"))
    response.status_code = 303
    return response


@require_POST
@in_visitor_language(remember=False)
def withdraw(request: HttpRequest, token: str) -> HttpResponse:
    """Nothing more is wanted. Sent twice, the second time finds it done."""
    found = find_case(request, token)
    if isinstance(found, HttpResponse):
        return found
    form = WithdrawForm(request.POST)
    reason = form.cleaned_data["reason"] if form.is_valid() else ""
    try:
        services.withdraw_case(case_id=found.pk, reason=reason, by=public_user(), at=now())
    except RuleBroken as problem:
        return show(request, found, error=str(problem), status=409)
    return _back(token)


@require_safe
def file(request: HttpRequest, token: str, key: UUID) -> HttpResponse:
    """Pictures to look at; everything else to download as what nobody runs."""
    found = find_case(request, token)
    if isinstance(found, HttpResponse):
        return found
    stored = public_file(found, key)
    if stored is None:
        return page("404.html", status=404)
    return private_response(_sent(stored))


def _sent(stored: CaseFile) -> HttpResponse:
    try:
        with default_storage.open(stored.path) as opened:
            content: bytes = opened.read()
    except FileNotFoundError:
        return page("404.html", status=404)
    is_picture = stored.content_type == "image/jpeg"
    kind = stored.content_type if is_picture else UNKNOWN
    return private_file(content, name=stored.name, content_type=kind, shows=is_picture)
