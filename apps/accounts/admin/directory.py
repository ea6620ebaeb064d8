"""People and groups of the company's directory."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.accounts import services
from apps.accounts.enums import IdentityState, Role
from apps.accounts.forms.directory import AdmitForm, LinkForm
from apps.accounts.models import DirectoryGroup, DirectoryIdentity
from apps.accounts.staff import person
from apps.backoffice.acts import Act
from apps.backoffice.forms import ReasonForm
from apps.backoffice.records import RecordAdmin, ServiceAdmin

ADMIT, MAP = "accounts.admit_directoryidentity", "accounts.manage_directorygroup"


# So many groups are named in the list; the page of a person names all.
_FEW = 6


def _named(groups: list[str]) -> str:
    return gettext(", ").join(groups) or "—"


def _is_out(identity: DirectoryIdentity) -> bool:
    return identity.state != IdentityState.ADMITTED


@admin.register(DirectoryIdentity)
class DirectoryIdentityAdmin(RecordAdmin):
    """Who came through the directory, and who of them waits to be let in."""

    acts = (
        Act(
            "admit", _("Admit"), ADMIT,
            lambda d: services.admit_identity(identity=d.record, **d.typed, **d.who),
            explains=_("They get an account with this role, and can sign in at once."),
            done=_("Admitted."), form=AdmitForm, in_list=True, may=_is_out,
            options=lambda d: {"by": d.by},
        ),
        Act(
            "link", _("Link with an account here"), "accounts.manage_user",
            lambda d: services.link_identity(identity=d.record, user=d.form.user, **d.who),
            explains=_("From now on this person opens that account through the directory."),
            done=_("Linked."), form=LinkForm, button=_("Link them"), fields={"user": "username"},
            may=lambda identity: _is_out(identity) and identity.user_id is None,
        ),
        Act(
            "refuse", _("Do not admit"), ADMIT,
            lambda d: services.refuse_identity(identity=d.record, **d.typed, **d.who),
            explains=_("They stay out until somebody admits them after all."),
            done=_("Not admitted."), form=ReasonForm, danger=True,
            may=lambda identity: identity.state == IdentityState.WAITING,
        ),
    )  # fmt: skip
    list_display = ["display_name", "username", "state_tag", "few_groups", "user", "seen_at"]
    list_filter = ["state"]
    search_fields = ["display_name", "username", "email", "staff_number"]
    search_help_text = _("name, sign-in name, e-mail or staff number")
    list_select_related = ["user"]
    fields = [
        *("display_name", "username", "state_tag", "groups_there", "user", "email"),
        *("staff_number", "created_at", "seen_at", "decided_at", "decided_by"),
    ]
    readonly_fields = fields
    ordering = ["-seen_at", "-id"]

    @admin.display(description=_("state"), ordering="state")
    def state_tag(self, identity: DirectoryIdentity) -> SafeString:
        return self.tag(IdentityState(identity.state))

    @admin.display(description=_("groups there"))
    def few_groups(self, identity: DirectoryIdentity) -> str:
        few = _named(identity.groups[:_FEW])
        return f"{few} …" if len(identity.groups) > _FEW else few

    @admin.display(description=_("groups there"))
    def groups_there(self, identity: DirectoryIdentity) -> str:
        return _named(identity.groups)


@admin.register(DirectoryGroup)
class DirectoryGroupAdmin(ServiceAdmin):
    """Which groups bring which role where. What is wrong is ended and made anew, so that what held
    stays on record."""

    permission = MAP
    acts = (
        Act(
            "end", _("End this mapping"), MAP,
            lambda d: services.end_mapping(mapping=d.record, **d.who),
            explains=_("Who holds the role by it loses it with the next look at the directory."),
            done=_("The mapping is ended."), button=_("End it"), danger=True, in_list=True,
            may=lambda mapping: mapping.until is None,
        ),
    )  # fmt: skip
    list_display = ["group", "role_tag", "unit", "since", "until", "mapped_by", "ended_by"]
    list_filter = ["role", ("until", admin.EmptyFieldListFilter)]
    list_select_related = ["unit", "mapped_by", "ended_by"]
    search_fields = ["group", "unit__code", "unit__name"]
    search_help_text = _("group or unit")
    fields = ["group", "role", "unit"]
    autocomplete_fields = ["unit"]
    ordering = ["group", "-since", "-id"]

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @admin.display(description=_("role"), ordering="role")
    def role_tag(self, mapping: DirectoryGroup) -> SafeString:
        return self.tag(Role(mapping.role))

    def save_through_service(
        self, request: HttpRequest, obj: DirectoryGroup, values: dict[str, Any], change: bool
    ) -> DirectoryGroup:
        return services.map_group(by=person(request), **values)
