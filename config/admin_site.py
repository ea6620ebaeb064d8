"""The staff site: unfold's look, the company's own way in."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.templatetags.static import static
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _
from unfold.settings import CONFIG_DEFAULTS
from unfold.sites import UnfoldAdminSite

from apps.accounts import held, pending, queries, views
from apps.accounts.models import User
from apps.backoffice.views import approvals_page, records_page, settings_page
from config.sidebar import sidebar

# Of the library: what the pages use of it (no charts, no sorting by hand).
FRAME_STYLES = (
    "fonts/inter/styles",
    "fonts/material-symbols/styles",
    "css/styles",
    "css/simplebar/simplebar",
)
FRAME_SCRIPTS = ("alpine.anchor", "alpine.persist", "alpine.resize", "alpine")
FORM_CLASSES = CONFIG_DEFAULTS["FORMS"]["classes"]
STYLES = (
    "desk/shell.css",
    "desk/lists.css",
    "desk/staff.css",
    "backoffice/backoffice.css",
    "notifications/notifications.css",
)
SCRIPTS = ("accounts/once.js", "desk/staff.js", "desk/forms.js", "notifications/bell.js")
THEMES = (
    ("light", _("Light"), "light_mode"),
    ("dark", _("Dark"), "dark_mode"),
    ("auto", _("System"), "computer"),
)
FLAGS = {"zh-hans": "🇨🇳", "en": "🇬🇧"}
LANGUAGES = [(code, name, FLAGS[code]) for code, name in settings.LANGUAGES]


class StaffAdminSite(UnfoldAdminSite):
    def has_permission(self, request: HttpRequest) -> bool:
        """Active people; with the second factor passed in this session (ours, or the directory's where
        it counts) if they have one or a role of theirs requires it, also when it began to be
        required after they signed in."""
        user = request.user
        if not (isinstance(user, User) and user.is_active and user.is_staff):
            return False
        if user.is_verified():  # type: ignore[attr-defined]  # set by django-otp's middleware
            return True
        if request.session.get(pending.FACTOR):
            return True
        needs = getattr(request, "needs_second_factor", None)
        if needs is None or request.method == "POST":  # which may change it
            needs = request.needs_second_factor = queries.needs_second_factor(user)  # type: ignore[attr-defined]  # kept for the frame of the page
        return not needs

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
        """What the frame (templates/admin/base.html) and the sign-in pages need. The library's own
        merges its settings and copies and asks through the whole sidebar again for every page."""
        usual = super(UnfoldAdminSite, self).each_context(request)
        return {
            **usual,
            "site_title": _("Yipiao"),
            "site_header": _("Yipiao"),
            "site_subheader": _("One agent owns a shipment to the end"),
            "site_symbol": "local_shipping",
            "site_url": "/",
            "form_classes": FORM_CLASSES,
            "frame_styles": [static(f"unfold/{path}.css") for path in FRAME_STYLES],
            "frame_scripts": [static(f"unfold/js/alpine/{name}.js") for name in FRAME_SCRIPTS],
            "styles": [static(path) for path in STYLES],
            "scripts": [static(path) for path in SCRIPTS],
            "themes": THEMES,
            "languages": LANGUAGES,
            "account_links": [{"title": _("My account"), "link": reverse("admin:account")}],
            "sidebar": sidebar(request) if usual["has_permission"] else "",
        }

    def get_app_list(
        self, request: HttpRequest, app_label: str | None = None
    ) -> list[dict[str, Any]]:
        """The sidebar is the company's own (config/sidebar.py): Django's list of all models would be
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
            path("login/directory/", views.directory_begin, name="sign_in_directory"),
            path("login/directory/back/", views.directory_back, name="sign_in_directory_back"),
            path("login/code/", views.enter_code, name="sign_in_code"),
            path("login/enrol/", views.enrol, name="sign_in_enrol"),
            path("login/password/", views.new_password, name="sign_in_password"),
            path("login/continue/", views.continue_sign_in, name="sign_in_continue"),
        ]
        own: list[tuple[str, Callable[..., Any], str]] = [
            ("approvals/", approvals_page, "approvals"),
            ("records/", records_page, "records"),
            ("settings/", settings_page, "settings"),
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
