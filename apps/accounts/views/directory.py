"""The way in through the company's directory, and its word that somebody is out."""

import logging

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

from apps.accounts import pending, services
from apps.accounts.directory import provider
from apps.accounts.directory.refusals import DirectoryRefusal
from apps.accounts.enums import IdentityState
from apps.accounts.models import DirectoryIdentity
from apps.accounts.views.pages import page
from apps.accounts.views.sign_in import go_on, safe_next
from apps.core.errors import RuleBroken

log = logging.getLogger(__name__)
BACKEND = "apps.accounts.backends.RoleBackend"
THEN = "directory_then"
MOST_TOKEN = 16 * 1024


@never_cache
@require_GET
def directory_begin(request: HttpRequest) -> HttpResponse:
    """Leads to the directory."""
    _check_configured()
    request.session[THEN] = safe_next(request)
    try:
        back = request.build_absolute_uri(reverse("admin:sign_in_directory_back"))
        return provider.begin(request, back)
    except DirectoryRefusal as refusal:
        return _refused(request, refusal)


@never_cache
@require_GET
def directory_back(request: HttpRequest) -> HttpResponse:
    """Where the directory sends people back to."""
    _check_configured()
    try:
        person = provider.finish(request)
        identity = services.follow_directory(person=person, signs_in=True)
    except RuleBroken as refusal:
        return _refused(request, refusal)
    user = identity.user
    if identity.state != IdentityState.ADMITTED or user is None:
        return _not_yet(request, identity)
    if not user.is_active:
        reason = _("Your account here is deactivated. Ask your IT administrator.")
        return page(
            request, "directory_refused.html", _("Not signed in"), reason=reason, status=403
        )
    user.refresh_from_db()  # following the directory may have ended sessions
    user.backend = BACKEND  # as Django's authenticate leaves it
    then = request.session.get(THEN) or reverse("admin:index")
    device = pending.BY_DIRECTORY if person.second_factor else ""
    pending.begin(
        request, user, then=then, device=device, directory_sid=person.sid, by_directory=True
    )
    return go_on(request)


@csrf_exempt
@never_cache
@require_POST
def directory_logout(request: HttpRequest) -> HttpResponse:
    """OpenID Connect Back-Channel Logout 1.0, for the directory alone: the token's signature says that
    it comes from there."""
    _check_configured()
    text = request.POST.get("logout_token", "")
    with override("en"):
        try:
            if not text or len(text) > MOST_TOKEN:
                raise DirectoryRefusal("incomplete", "logout_token")
            services.end_by_logout_token(text=text)
        except RuleBroken as refusal:
            log.warning("a logout of the directory was refused: %s", refusal.code)
            answer = {"error": "invalid_request", "error_description": str(refusal)}
            return JsonResponse(answer, status=503 if refusal.code == "directory_down" else 400)
    return HttpResponse(status=200)


def _check_configured() -> None:
    if not provider.is_configured():
        raise Http404


def _refused(request: HttpRequest, refusal: RuleBroken) -> HttpResponse:
    detail = getattr(refusal, "detail", "")
    log.warning("a sign-in by the directory was refused: %s %s", refusal.code, detail)
    messages.error(request, str(refusal))
    return redirect("admin:login")


def _not_yet(request: HttpRequest, identity: DirectoryIdentity) -> HttpResponse:
    """The directory knows them, and here nobody has let them in."""
    if identity.state == IdentityState.REFUSED:
        reason = _("You were not admitted here. Ask your leader or your IT administrator.")
    else:
        reason = _(
            "The directory knows you, but none of your groups is known here. Your leader or your IT"
            " administrator has to admit you; then sign in again."
        )
    shown = {"reason": reason, "groups": identity.groups}
    return page(request, "directory_refused.html", _("Not signed in"), status=403, **shown)
