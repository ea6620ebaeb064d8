"""The way in: password, second factor (or its enrolment), and a password of one's own."""

import time
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST
from django_otp import DEVICE_ID_SESSION_KEY

from apps.accounts import held, pending, queries, services
from apps.accounts.addresses import sign_in_address
from apps.accounts.directory import provider
from apps.accounts.enums import SessionEnd
from apps.accounts.forms import CodeForm, NewPasswordForm, SignInForm
from apps.accounts.models import User
from apps.accounts.services.sign_in import AGAIN_SECONDS, WINDOW, TooManySignIns
from apps.accounts.views.pages import page, secret_to_scan, show_refusal, speak
from apps.core.errors import BadInput, RuleBroken
from apps.core.requests import client_address

READ_OR_SEND = require_http_methods(["GET", "HEAD", "POST"])


@sensitive_post_parameters("password")
@never_cache
@READ_OR_SEND
def sign_in(request: HttpRequest) -> HttpResponse:
    then = safe_next(request)
    form = SignInForm(request.POST or None)
    if form.is_valid():
        try:
            user = services.check_password(
                request=request, address=sign_in_address(request), **form.cleaned_data
            )
        except TooManySignIns as refusal:
            form.add_error(None, str(refusal))
            busy = page(request, "sign_in.html", _("Sign in"), form=form, next=then, status=429)
            busy["Retry-After"] = str(AGAIN_SECONDS)
            return busy
        except RuleBroken as refusal:
            return _refuse(request, str(refusal))
        if user is not None:
            pending.begin(request, user, then=then)
            return go_on(request)
        form.add_error(None, _("This name and password do not belong together. Try again."))
    by_directory = provider.is_configured()
    return page(
        request, "sign_in.html", _("Sign in"), form=form, next=then, by_directory=by_directory
    )


@sensitive_post_parameters("code")
@never_cache
@READ_OR_SEND
def enter_code(request: HttpRequest) -> HttpResponse:
    under_way = pending.load(request)
    if under_way is None:
        return _begin_again(request)
    attempt, user = under_way
    form = CodeForm(request.POST or None)
    status = 200
    if form.is_valid():
        try:
            device = services.verify_second_factor(user=user, code=form.cleaned_data["code"])
        except RuleBroken as refusal:
            show_refusal(form, refusal)
            status = 200 if isinstance(refusal, BadInput) else 429
        else:
            pending.pass_factor(request, attempt, device.persistent_id)
            return go_on(request)
    return page(request, "enter_code.html", _("Second step"), form=form, status=status)


@sensitive_post_parameters("code")
@never_cache
@READ_OR_SEND
def enrol(request: HttpRequest) -> HttpResponse:
    """Only for who has no second factor: whoever has one proves it instead."""
    under_way = pending.load(request)
    if under_way is None:
        return _begin_again(request)
    attempt, user = under_way
    if attempt.device or queries.totp_device(user) is not None:
        return go_on(request)
    form = CodeForm(request.POST or None)
    if form.is_valid():
        try:
            device, codes = services.confirm_enrolment(user=user, code=form.cleaned_data["code"])
        except RuleBroken as refusal:
            show_refusal(form, refusal)
        else:
            pending.pass_factor(request, attempt, device.persistent_id)
            action = reverse("admin:sign_in_continue")
            return page(
                request, "recovery_codes.html", _("Recovery codes"), codes=codes, action=action
            )
    shown = secret_to_scan(services.begin_enrolment(user=user), user)
    return page(request, "enrol.html", _("Set up the second step"), form=form, **shown)


@sensitive_post_parameters("new", "again")
@never_cache
@READ_OR_SEND
def new_password(request: HttpRequest) -> HttpResponse:
    under_way = pending.load(request)
    if under_way is None:
        return _begin_again(request)
    attempt, user = under_way
    if _next_step(attempt, user) != "admin:sign_in_password":
        return go_on(request)
    form = NewPasswordForm(request.POST or None)
    if form.is_valid():
        try:
            user = services.replace_temporary_password(user=user, new=form.cleaned_data["new"])
        except RuleBroken as refusal:
            show_refusal(form, refusal)
        else:
            pending.renew_stamp(request, attempt, user)
            return go_on(request)
    return page(request, "new_password.html", _("Choose your password"), form=form)


@never_cache
@require_POST
def continue_sign_in(request: HttpRequest) -> HttpResponse:
    return go_on(request)


@never_cache
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    session = queries.session_of(request.session.session_key)
    if session is not None and isinstance(request.user, User):
        services.end_session(session=session, by=request.user, reason=SessionEnd.SIGNED_OUT)
    request.session.flush()
    messages.success(request, _("You are signed out."))
    return redirect("admin:login")


def refuse_locked_out(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
    """Answers for django-axes when one address has tried one account too often."""
    minutes = max(1, round(float(settings.AXES_COOLOFF_TIME) * 60))
    return _refuse(
        request,
        _(
            "Too many wrong passwords for this account. Try again in %(minutes)s minutes; if you "
            "forgot your password, ask your IT administrator for a new one."
        )
        % {"minutes": minutes},
    )


def _refuse(request: HttpRequest, reason: str) -> HttpResponse:
    response = page(request, "refused.html", _("Wait a little"), reason=reason, status=429)
    # django-axes asks for it outside of any view, where nobody else would render it.
    response.render()
    response["Retry-After"] = str(int(WINDOW.total_seconds()))
    return response


def _begin_again(request: HttpRequest) -> HttpResponse:
    messages.warning(request, _("This sign-in took too long or was ended. Begin again."))
    return redirect("admin:login")


def _next_step(attempt: pending.Pending, user: User) -> str | None:
    """The page that still stands between this person and the desk. Whom the directory let in needs no
    password of their own."""
    if not attempt.device:
        if queries.totp_device(user) is not None:
            return "admin:sign_in_code"
        if queries.requires_two_factor(user):
            return "admin:sign_in_enrol"
    own_password = user.password_is_temporary and not attempt.by_directory
    return "admin:sign_in_password" if own_password else None


def go_on(request: HttpRequest) -> HttpResponse:
    under_way = pending.load(request)
    if under_way is None:
        return _begin_again(request)
    attempt, user = under_way
    step = _next_step(attempt, user)
    return _finish(request, attempt, user) if step is None else redirect(step)


def _finish(request: HttpRequest, attempt: pending.Pending, user: User) -> HttpResponse:
    pending.clear(request)
    login(request, user, backend=attempt.backend)
    if attempt.device == pending.BY_DIRECTORY:
        request.session[pending.FACTOR] = True
    elif attempt.device:
        request.session[DEVICE_ID_SESSION_KEY] = attempt.device
    if attempt.by_directory:
        request.session[pending.LET_IN] = int(time.time())
    request.session[pending.SEEN] = int(time.time())
    services.start_session(
        user=user,
        session_key=request.session.session_key or "",
        address=client_address(request),
        browser=request.headers.get("User-Agent", ""),
        two_factor=bool(attempt.device),
        directory_sid=attempt.directory_sid,
    )
    response = redirect(attempt.then)
    speak(response, user.language)
    held.mark(response, user.pk)
    return response


def safe_next(request: HttpRequest) -> str:
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    safe = url_has_allowed_host_and_scheme(
        wanted, {request.get_host()}, require_https=request.is_secure()
    )
    return wanted if safe else reverse("admin:index")
