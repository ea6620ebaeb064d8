"""The two acts of approving, for the admin class of whatever is approved (docs/changing.md)."""

from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext_lazy as _

from apps.accounts.services import verify_second_factor
from apps.backoffice.acts import Act, ActContext
from apps.backoffice.approval_kinds import policy_of
from apps.backoffice.forms.approvals import ApproveForm, RefuseForm
from apps.backoffice.queries.approvals import is_awaited, live_request


def approval_acts(
    kind: str,
    permission: str,
    *,
    approve: Callable[..., Any],
    refuse: Callable[..., Any],
    may: Callable[[Any], bool],
) -> tuple[Act, Act]:
    """``approve(record, *, seen, remark, second_factor_at, by, at)`` and ``refuse(record, *, seen,
    reason, by, at)`` are services of the app. Names and words are changed by ``replace``."""

    def offered_to(record: Any, user: Any) -> bool:
        return is_awaited(kind, record, user)

    def seen(context: ActContext) -> dict[str, Any]:
        request = live_request(kind, context.record)
        return {"seen": request.sha256 if request else ""}

    def needs_code(_context: ActContext) -> dict[str, Any]:
        return {"needs_code": policy_of(kind).second_factor_within is not None}

    def run_approve(context: ActContext) -> Any:
        typed = dict(context.typed)
        confirmed_at = None
        if "code" in typed:
            verify_second_factor(user=context.by, code=typed.pop("code"), at=context.at)
            confirmed_at = context.at
        return approve(context.record, second_factor_at=confirmed_at, **typed, **context.who)

    common: dict[str, Any] = {
        "permission": permission,
        "may": may,
        "offered_to": offered_to,
        "initial": seen,
        "page": "backoffice/approve.html",
        "about": kind,
    }
    return (
        Act(
            "approve",
            _("Approve"),
            run=run_approve,
            explains=_("Your name and the time are kept for good and cannot be taken back."),
            done=_("Approved."),
            form=ApproveForm,
            options=needs_code,
            **common,
        ),
        Act(
            "refuse",
            _("Refuse"),
            run=lambda d: refuse(d.record, **d.typed, **d.who),
            explains=_("Nobody else is asked any more. After a change it can be asked for anew."),
            done=_("Refused."),
            form=RefuseForm,
            danger=True,
            **common,
        ),
    )
