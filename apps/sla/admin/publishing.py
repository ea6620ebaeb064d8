"""Publishing a new version of a policy: typed, looked at, then published (CMP-2)."""

from typing import Any, cast

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.backoffice.acting import ActAdmin
from apps.core.errors import RuleBroken
from apps.sla import services
from apps.sla.forms.publishing import VersionPage, with_more
from apps.sla.models import Policy, PolicyVersion
from apps.sla.queries.effects import Effects, Wanted, effects_of

PUBLISH = "sla.publish_policy"


class PublishPage(ActAdmin):
    """Adds ``<id>/publish/``. Nothing is kept before the last button; what was typed comes back."""

    def own_pages(self) -> list[tuple[str, Any, str]]:
        return [("<int:policy_id>/publish/", self.publish_view, "publish")]

    def publish_view(self, request: HttpRequest, policy_id: int) -> HttpResponse:
        policy: Policy = self.seen(request, policy_id)
        if not request.user.has_perm(PUBLISH):
            raise PermissionDenied
        if policy.retired_at is not None:
            messages.warning(request, _("This policy is retired."))
            return HttpResponseRedirect(self.page_of(policy))
        current = policy.versions.order_by("-number").first()
        data: QueryDict | None = request.POST if request.method == "POST" else None
        if data is not None and "more" in data:
            data = with_more(data, str(data["more"]))
        page = VersionPage(policy, current, data)
        effects = None
        if data is not None and "more" not in data and page.is_valid():
            if "publish" in data:
                if _publish(policy, page, _based_on(data.get("based_on"), current), request):
                    messages.success(request, _("The new version is published."))
                    return HttpResponseRedirect(self.page_of(policy))
            else:
                effects = _effects(policy, current, page)
        mistakes = page.mistakes if data is not None and "more" not in data else []
        answer = self.page(
            request,
            "sla/publish.html",
            _("Publish a new version"),
            policy=policy,
            back=self.page_of(policy),
            page=page,
            number=(current.number if current else 0) + 1,
            based_on=data.get("based_on", "") if data else (current.number if current else 0),
            mistakes=mistakes,
            effects=effects,
        )
        answer.status_code = 422 if mistakes else 200
        return answer


def _publish(policy: Policy, page: VersionPage, based_on: int, request: HttpRequest) -> bool:
    values = page.version.cleaned_data
    try:
        services.publish_version(
            policy=policy,
            targets=page.new_targets(),
            conditions=page.version.conditions(),
            valid_from=values["valid_from"],
            apply_to_open=values["apply_to_open"],
            note=values["note"],
            based_on=based_on,
            by=cast(User, request.user),
        )
    except RuleBroken as refusal:
        page.refuse(refusal)
        return False
    return True


def _based_on(text: Any, current: PolicyVersion | None) -> int:
    """Which version the page was opened with; a form that does not say is taken as the present one."""
    typed = str(text or "")
    if typed.isdecimal() and len(typed) < 6:
        return int(typed)
    return current.number if current else 0


def _effects(policy: Policy, current: PolicyVersion | None, page: VersionPage) -> Effects:
    wanted = [
        Wanted(
            metric=str(target.metric),
            seconds=target.seconds,
            calendar_id=target.calendar.pk,
            pauses=frozenset(map(str, target.pauses)),
            counts_from=str(target.counts_from),
            steps=tuple(
                (
                    step.name,
                    step.offset,
                    step.percent,
                    str(step.whom),
                    str(step.role),
                    tuple(map(str, step.channels)),
                    str(step.off_hours),
                )
                for step in target.steps
            ),
        )
        for target in page.new_targets()
    ]
    new = page.version.conditions()
    names = ("classes", "severities", "channels", "customer_ids", "contract_ids")
    changed = current is not None and any(
        sorted(getattr(current, name)) != sorted(getattr(new, name)) for name in names
    )
    return effects_of(policy, current, wanted, conditions_change=changed or current is None)
