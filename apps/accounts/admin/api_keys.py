from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.forms import BaseDialogForm
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminSingleDateWidget,
    UnfoldAdminTextInputWidget,
)

from apps.accounts import queries, services
from apps.accounts.admin.shared import actor, attempt, dialog_action, done, show_once
from apps.accounts.enums import ApiScope
from apps.accounts.models import ApiKey, User
from apps.backoffice.staff_admin import StaffAdmin
from apps.core.errors import RuleBroken


def _end_of(day: date) -> datetime:
    """The first instant after ``day`` in the local zone: the last day counts in full."""
    return timezone.make_aware(datetime.combine(day + timedelta(days=1), time.min))


NETWORKS_HELP = _(
    "Addresses or ranges, such as 203.0.113.0/24, separated by commas. Empty: from anywhere."
)


def _read_networks(text: str) -> str:
    try:
        return ", ".join(services.read_networks(text))
    except RuleBroken as refusal:
        raise forms.ValidationError(str(refusal), refusal.code) from None


class NetworksForm(BaseDialogForm):
    networks = forms.CharField(
        label=_("May be used from"),
        required=False,
        max_length=1000,
        help_text=NETWORKS_HELP,
        widget=UnfoldAdminTextInputWidget,
    )

    def clean_networks(self) -> str:
        return _read_networks(self.cleaned_data["networks"])


class NewKeyForm(BaseDialogForm):
    user = forms.ModelChoiceField(
        label=_("Service user"),
        queryset=User.objects.none(),
        help_text=_(
            "Create one under Users first; which customers it sees is set under Customers of API keys."
        ),
        widget=UnfoldAdminSelectWidget,
    )
    name = forms.CharField(
        label=_("What it is for"), max_length=80, widget=UnfoldAdminTextInputWidget
    )
    scopes = forms.MultipleChoiceField(
        label=_("May"), choices=ApiScope.choices, widget=UnfoldAdminCheckboxSelectMultipleWidget
    )
    expires_on = forms.DateField(
        label=_("Last day"), required=False, widget=UnfoldAdminSingleDateWidget
    )
    networks = forms.CharField(
        label=_("May be used from"),
        required=False,
        max_length=1000,
        help_text=NETWORKS_HELP,
        widget=UnfoldAdminTextInputWidget,
    )

    def clean_networks(self) -> str:
        return _read_networks(self.cleaned_data["networks"])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["user"].queryset = queries.service_users()


@admin.register(ApiKey)
class ApiKeyAdmin(StaffAdmin):
    """Keys of the outside API. Only the prefix is ever shown again."""

    list_display = ["name", "prefix", "user", "may", "state", "last_used_at", "expires_at"]
    list_filter = [("revoked_at", admin.EmptyFieldListFilter)]
    search_fields = ["name", "prefix", "user__username", "user__display_name"]
    search_help_text = _("name, prefix or service user")
    list_select_related = ["user"]
    exclude = ["hash"]
    ordering = ["-created_at", "-id"]
    actions_list = ["make_key"]
    actions_row = ["revoke"]
    actions_detail = ["change_networks", "revoke"]

    @admin.display(description=_("may"))
    def may(self, key: ApiKey) -> SafeString:
        return format_html_join(" ", "{}", ((self.tag(ApiScope(scope)),) for scope in key.scopes))

    @admin.display(description=_("state"))
    def state(self, key: ApiKey) -> str:
        if key.revoked_at is not None:
            return str(_("revoked"))
        return str(_("in force") if key.usable_at(timezone.now()) else _("expired"))

    def has_manage_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return request.user.has_perm("accounts.manage_api_key")

    @dialog_action(
        NewKeyForm,
        description=_("Make an API key"),
        permissions=["manage"],
        title=_("Make an API key"),
        says=_("The key is shown once, right after this."),
        button=_("Make the key"),
    )
    def make_key(self, request: HttpRequest, form: NewKeyForm) -> HttpResponse:
        back = reverse("admin:accounts_apikey_changelist")
        given = form.cleaned_data
        last_day = given["expires_on"]
        try:
            _key, text = services.create_api_key(
                user=given["user"],
                name=given["name"],
                scopes=given["scopes"],
                expires_at=_end_of(last_day) if last_day else None,
                networks=given["networks"],
                by=actor(request),
            )
        except RuleBroken as refusal:
            messages.error(request, str(refusal))
            return done(request, back)
        return show_once(
            request,
            title=str(_("The new API key")),
            lead=str(_("Copy it now and hand it over by a safe way. It is never shown again.")),
            secret=text,
            back=back,
        )

    @dialog_action(
        NetworksForm,
        description=_("Addresses it may be used from"),
        permissions=["manage"],
        title=_("From which addresses may this key be used?"),
        says=_("What is typed here takes the place of what was allowed, from the next request on."),
        button=_("Set the addresses"),
    )
    def change_networks(
        self, request: HttpRequest, form: NetworksForm, object_id: int
    ) -> HttpResponse:
        key = ApiKey.objects.get(pk=object_id)
        return attempt(
            request,
            lambda: services.change_networks(
                key=key, networks=form.cleaned_data["networks"], by=actor(request)
            ),
            str(_("The addresses are set.")),
            reverse("admin:accounts_apikey_change", args=[object_id]),
        )

    @dialog_action(
        BaseDialogForm,
        description=_("Revoke"),
        permissions=["manage"],
        title=_("Revoke this key now?"),
        says=_("Every request with it is refused from now on, for good."),
        button=_("Revoke the key"),
    )
    def revoke(self, request: HttpRequest, form: BaseDialogForm, object_id: int) -> HttpResponse:
        key = ApiKey.objects.get(pk=object_id)
        return attempt(
            request,
            lambda: services.revoke_api_key(key=key, by=actor(request)),
            str(_("The key is revoked.")),
            reverse("admin:accounts_apikey_changelist"),
        )
