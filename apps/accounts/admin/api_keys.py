from django.contrib import admin
from django.utils import timezone
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from apps.accounts import services
from apps.accounts.enums import ApiScope
from apps.accounts.forms.acts import NetworksForm, NewKeyForm
from apps.accounts.models import ApiKey
from apps.backoffice.acts import Act
from apps.backoffice.records import RecordAdmin

MANAGE = "accounts.manage_api_key"


@admin.register(ApiKey)
class ApiKeyAdmin(RecordAdmin):
    """Keys of the outside API. Only the prefix is ever shown again."""

    list_display = ["name", "prefix", "user", "may", "state", "last_used_at", "expires_at"]
    list_filter = [("revoked_at", admin.EmptyFieldListFilter)]
    search_fields = ["name", "prefix", "user__username", "user__display_name"]
    search_help_text = _("name, prefix or service user")
    list_select_related = ["user"]
    exclude = ["hash"]
    ordering = ["-created_at", "-id"]
    acts = (
        Act(
            "networks", _("Addresses it may be used from"), MANAGE,
            lambda d: services.change_networks(key=d.record, by=d.by, **d.typed),
            explains=_(
                "What is typed here takes the place of what was allowed, from the next request on."
            ),
            done=_("The addresses are set."), form=NetworksForm, button=_("Set the addresses"),
            initial=lambda d: {"networks": ", ".join(d.record.networks)},
        ),
        Act(
            "revoke", _("Revoke"), MANAGE,
            lambda d: services.revoke_api_key(key=d.record, by=d.by),
            explains=_("Every request with it is refused from now on, for good."),
            done=_("The key is revoked."), button=_("Revoke the key"), danger=True, in_list=True,
            may=lambda key: key.revoked_at is None,
        ),
    )  # fmt: skip
    entry = Act(
        "make", _("Make an API key"), MANAGE,
        lambda d: services.create_api_key(by=d.by, **d.form.values())[1],
        explains=_("The key is shown once, right after this."),
        done=_("Copy it now and hand it over by a safe way. It is never shown again."),
        form=NewKeyForm, button=_("Make the key"), shows="backoffice/shown_once.html",
    )  # fmt: skip

    @admin.display(description=_("may"))
    def may(self, key: ApiKey) -> SafeString:
        return format_html_join(" ", "{}", ((self.tag(ApiScope(scope)),) for scope in key.scopes))

    @admin.display(description=_("state"))
    def state(self, key: ApiKey) -> str:
        if key.revoked_at is not None:
            return str(_("revoked"))
        return str(_("in force") if key.usable_at(timezone.now()) else _("expired"))
