"""My account: language, password, second factor, sessions."""

import time
from typing import Any

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST
from django_otp import DEVICE_ID_SESSION_KEY

from apps.accounts import queries, services
from apps.accounts.enums import SessionEnd
from apps.accounts.forms import ChangePasswordForm, CodeForm, ConfirmForm, LanguageForm
from apps.accounts.models import User
from apps.accounts.pending import LET_IN
from apps.accounts.views.pages import page, secret_to_scan, show_refusal, speak
from apps.core.errors import RuleBroken

# Until when this session may show a secret to scan, after the password was given again.
MAY_ENROL = "may_enrol_until"
MAY_ENROL_SECONDS = 600


def _me(request: HttpRequest) -> User:
    # The desk's doors let people only in.
    assert isinstance(request.user, User)  # noqa: S101 – tells the type checker what admin_view ensures
    me: User = User.objects.get(pk=request.user.pk)
    return me


def account(request: HttpRequest, **forms: Form) -> HttpResponse:
    """``forms`` carry a refused input back to its place on the page."""
    me = _me(request)
    refused = any(form.errors for form in forms.values())
    context: dict[str, Any] = {
        "me": me,
        "roles": queries.roles_of(me),
        "sessions": list(queries.open_sessions(me)[:50]),
        "this_session": request.session.session_key,
        "device": queries.totp_device(me),
        "codes_left": queries.recovery_codes_left(me),
        "has_password": me.has_usable_password(),
        "two_factor_required": queries.requires_two_factor(me),
        "language_form": LanguageForm(initial={"language": me.language}),
        "password_form": ChangePasswordForm(prefix="password"),
        "device_form": ConfirmForm(prefix="device"),
        "codes_form": ConfirmForm(prefix="codes"),
        **forms,
    }
    return page(request, "account.html", _("My account"), status=400 if refused else 200, **context)


@require_POST
def change_language(request: HttpRequest) -> HttpResponse:
    form = LanguageForm(request.POST)
    if not form.is_valid():
        return account(request, language_form=form)
    me, language = _me(request), form.cleaned_data["language"]
    services.change_language(user=me, language=language, by=me)
    response = redirect("admin:account")
    speak(response, language)
    return response


@sensitive_post_parameters()
@require_POST
def change_password(request: HttpRequest) -> HttpResponse:
    form = ChangePasswordForm(request.POST, prefix="password")
    if form.is_valid():
        try:
            me = services.change_password(
                user=_me(request),
                current=form.cleaned_data["current"],
                new=form.cleaned_data["new"],
                keep=request.session.session_key,
            )
        except RuleBroken as refusal:
            show_refusal(form, refusal)
        else:
            _stay_signed_in(request, me)
            messages.success(
                request, _("Your password is changed. All your other sessions are ended.")
            )
            return redirect("admin:account")
    return account(request, password_form=form)


def _stay_signed_in(request: HttpRequest, me: User) -> None:
    """This session goes on, under a new cookie and with the new password's hash."""
    old_key = request.session.session_key or ""
    request.user = me
    update_session_auth_hash(request, me)
    services.follow_session(old_key=old_key, new_key=request.session.session_key or "")


@sensitive_post_parameters()
@require_POST
def start_two_factor(request: HttpRequest) -> HttpResponse:
    """The password again, before a secret is shown that opens this account."""
    form = ConfirmForm(request.POST, prefix="device")
    if not _password_given(request, form):
        return account(request, device_form=form)
    services.begin_enrolment(user=_me(request))
    request.session[MAY_ENROL] = int(time.time()) + MAY_ENROL_SECONDS
    return redirect("admin:account_two_factor")


@sensitive_post_parameters()
def set_up_two_factor(request: HttpRequest) -> HttpResponse:
    if request.session.get(MAY_ENROL, 0) < time.time():
        return redirect("admin:account")
    me = _me(request)
    form = CodeForm(request.POST or None)
    if form.is_valid():
        try:
            device, codes = services.confirm_enrolment(user=me, code=form.cleaned_data["code"])
        except RuleBroken as refusal:
            show_refusal(form, refusal)
        else:
            del request.session[MAY_ENROL]
            request.session[DEVICE_ID_SESSION_KEY] = device.persistent_id
            return _show_codes(request, codes)
    shown = secret_to_scan(services.begin_enrolment(user=me), me)
    return page(request, "enrol.html", _("Set up the second step"), form=form, **shown)


@sensitive_post_parameters()
@require_POST
def renew_codes(request: HttpRequest) -> HttpResponse:
    form = ConfirmForm(request.POST, prefix="codes")
    if not _password_given(request, form):
        return account(request, codes_form=form)
    me = _me(request)
    return _show_codes(request, services.renew_recovery_codes(user=me, by=me))


@require_POST
def end_own_session(request: HttpRequest, session_id: int) -> HttpResponse:
    me = _me(request)
    session = queries.open_sessions(me).filter(pk=session_id).first()
    if session is not None:
        services.end_session(session=session, by=me, reason=SessionEnd.REVOKED)
        messages.success(request, _("That session is ended."))
    return redirect("admin:account")


@require_POST
def end_own_sessions(request: HttpRequest) -> HttpResponse:
    """All but this one."""
    me = _me(request)
    services.end_user_sessions(
        user=me, by=me, reason=SessionEnd.REVOKED, keep=request.session.session_key
    )
    _stay_signed_in(request, me)
    messages.success(request, _("All your other sessions are ended."))
    return redirect("admin:account")


def _password_given(request: HttpRequest, form: ConfirmForm) -> bool:
    """Whoever has none of their own has just come through the directory instead."""
    if not _me(request).has_usable_password():
        if time.time() - request.session.get(LET_IN, 0) < MAY_ENROL_SECONDS:
            return True
        form.errors.clear()
        form.add_error(
            None,
            _("Sign out and in through the directory once more, then do this within ten minutes."),
        )
        return False
    if not form.is_valid():
        return False
    if not _me(request).check_password(form.cleaned_data["current"]):
        form.add_error("current", _("The present password is not right."))
        return False
    return True


def _show_codes(request: HttpRequest, codes: list[str]) -> HttpResponse:
    action = reverse("admin:account")
    return page(request, "recovery_codes.html", _("Recovery codes"), codes=codes, back=action)
