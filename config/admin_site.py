"""The staff site: unfold's look, the house's own way in."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _
from unfold.sites import UnfoldAdminSite

from apps.accounts import held, queries, views
from apps.accounts.models import User


class StaffAdminSite(UnfoldAdminSite):
    def has_permission(self, request: HttpRequest) -> bool:
        """Active people; with the second factor passed in this session if they have one or a
        role of theirs requires it, also when it began to be required after they signed in."""
        user = request.user
        if not (isinstance(user, User) and user.is_active and user.is_staff):
            return False
        if user.is_verified():  # type: ignore[attr-defined]  # set by django-otp's middleware
            return True
        return not queries.needs_second_factor(user)

    def admin_view(
        self, view: Callable[..., Any], cacheable: bool = False
    ) -> Callable[..., HttpResponseBase]:
        """As Django's, but a form whose session has ended is kept through the new sign-in."""
        usual = super().admin_view(view, cacheable)

        @wraps(view)
        def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            lapsed = request.method == "POST" and not self.has_permission(request)
            if lapsed and (page := held.hold(request)):
                return redirect_to_login(page, reverse("admin:login"))
            answer: HttpResponseBase = usual(request, *args, **kwargs)
            return answer

        return inner

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        context: dict[str, Any] = super().each_context(request)
        context["account_links"] = [{"title": _("My account"), "link": reverse("admin:account")}]
        return context

    def get_app_list(
        self, request: HttpRequest, app_label: str | None = None
    ) -> list[dict[str, Any]]:
        """The sidebar is the house's own (config/sidebar.py): Django's list of all models would be
        worked out for every page, a tenth of its time, and shown on none but an app's own."""
        return super().get_app_list(request, app_label) if app_label else []

    def login(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponseBase:
        if request.method in ("GET", "HEAD") and self.has_permission(request):
            return redirect("admin:index")
        return views.sign_in(request)

    def logout(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponseBase:
        return views.sign_out(request)

    def password_change(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Django's own page would write past the services; ours is on the account page."""
        return redirect("admin:account")

    password_change_done = password_change

    def get_urls(self) -> list[URLPattern]:
        way_in = [
            path("login/code/", views.enter_code, name="sign_in_code"),
            path("login/enrol/", views.enrol, name="sign_in_enrol"),
            path("login/password/", views.new_password, name="sign_in_password"),
            path("login/continue/", views.continue_sign_in, name="sign_in_continue"),
        ]
        own: list[tuple[str, Callable[..., Any], str]] = [
            ("account/", views.account, "account"),
            ("account/held/", views.held_form, "account_held"),
            ("account/language/", views.change_language, "account_language"),
            ("account/password/", views.change_password, "account_password"),
            ("account/two-factor/", views.set_up_two_factor, "account_two_factor"),
            ("account/two-factor/start/", views.start_two_factor, "account_two_factor_start"),
            ("account/recovery-codes/", views.renew_codes, "account_codes"),
            ("account/sessions/end/", views.end_own_sessions, "account_end_sessions"),
            (
                "account/sessions/<int:session_id>/end/",
                views.end_own_session,
                "account_end_session",
            ),
        ]
        inside = [path(where, self.admin_view(view), name=name) for where, view, name in own]
        return [*way_in, *inside, *super().get_urls()]
