"""Clock policies as a manager reads them: versions with their targets and steps; retiring (CMP-2)."""

from typing import Any

from django.contrib import admin
from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from apps.backoffice.acts import Act
from apps.backoffice.forms import ReasonForm
from apps.backoffice.records import RecordPageAdmin
from apps.backoffice.staff_admin import timeline_rows
from apps.sla import services
from apps.sla.admin.publishing import PUBLISH, PublishPage
from apps.sla.kinds import matter_kinds
from apps.sla.models import Policy, PolicyVersion, Step, Target


@admin.register(Policy)
class PolicyAdmin(RecordPageAdmin, PublishPage):
    acts = (
        Act(
            "retire",
            _("Retire"),
            PUBLISH,
            lambda d: services.retire_policy(policy=d.record, **d.typed, **d.who),
            explains=_(
                "It applies to nothing any more. Open matters turn to the policy that fits then; nobody is told of what it would have said."
            ),
            done=_("The policy is retired."),
            form=ReasonForm,
            may=lambda policy: policy.retired_at is None,
            danger=True,
        ),
    )
    list_display = ("title", "for_kind", "priority", "newest", "retired_at")
    list_display_links = ("title",)
    list_filter = ("kind",)
    ordering = ("kind", "-priority", "code")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows: QuerySet[Any] = super().get_queryset(request)
        return rows.prefetch_related("versions")

    @admin.display(description=_("name"), ordering="name")
    def title(self, policy: Policy) -> str:
        return str(policy)

    @admin.display(description=_("for"), ordering="kind")
    def for_kind(self, policy: Policy) -> SafeString:
        return self.tag(matter_kinds()(policy.kind))

    @admin.display(description=_("version"))
    def newest(self, policy: Policy) -> str:
        return str(max((version.number for version in policy.versions.all()), default="—"))

    def show_record(self, request: HttpRequest, policy: Policy) -> HttpResponseBase:
        steps = Prefetch("steps", Step.objects.order_by("position"))
        targets = Prefetch(
            "targets", Target.objects.select_related("calendar").prefetch_related(steps)
        )
        versions = (
            PolicyVersion.objects.filter(policy=policy)
            .select_related("published_by")
            .prefetch_related(targets)
            .order_by("-number")
        )
        context = {
            "policy": policy,
            "kind": matter_kinds()(policy.kind),
            "versions": versions,
            "acts": self.offered(request, policy),
            "may_publish": request.user.has_perm(PUBLISH) and policy.retired_at is None,
            "timeline": timeline_rows(policy),
        }
        return self.page(request, "sla/policy.html", str(policy), **context)
