"""Who a colleague is at WeCom, DingTalk and Feishu."""

import re
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from apps.core.errors import BadInput, RuleBroken
from apps.events.services import record
from apps.notifications.addresses import index_of
from apps.notifications.enums import Platform
from apps.notifications.models import ColleagueAccount

if TYPE_CHECKING:
    from apps.accounts.models import User

_SHAPES = {
    Platform.WECOM: re.compile(r"[A-Za-z0-9][A-Za-z0-9._@-]{0,63}"),
    Platform.DINGTALK: re.compile(r"[A-Za-z0-9_$:-]{1,64}"),
    Platform.FEISHU: re.compile(r"ou_[A-Za-z0-9]{8,60}"),
}


def account_index(platform: str, account: str) -> str:
    """WeCom tells accounts apart without regard to case."""
    return index_of(account.lower() if platform == Platform.WECOM else account)


@transaction.atomic
def link_account(
    *, user: "User", platform: str, account: str, by: "User", at: datetime
) -> ColleagueAccount:
    """From now on messages reach ``user`` there and what is pressed there is theirs; another account of
    theirs at the platform ends. Raises BadInput, also where it is a colleague's."""
    account = account.strip()
    if not _SHAPES[Platform(platform)].fullmatch(account):
        raise BadInput(
            _("“%(account)s” is no account of %(platform)s.")
            % {"account": account[:40], "platform": Platform(platform).label},
            code="bad_account",
            field="account",
        )
    if not user.is_active or not user.is_staff:
        raise BadInput(_("Choose an active colleague."), code="bad_user", field="user")
    index = account_index(platform, account)
    open_ones = ColleagueAccount.objects.select_for_update(of=("self",)).filter(
        platform=platform, ended_at__isnull=True
    )
    theirs = open_ones.filter(account_index=index).select_related("user").first()
    if theirs is not None and theirs.user_id != user.pk:
        raise BadInput(
            _("This account is entered for %(name)s.") % {"name": theirs.user.display_name},
            code="account_taken",
            field="account",
        )
    if theirs is not None:
        return theirs
    open_ones.filter(user=user).update(ended_at=at, ended_by=by)
    row = ColleagueAccount.objects.create(
        user=user,
        platform=platform,
        account=account,
        account_index=index,
        label=f"{account[:3]}***",
        linked_at=at,
        linked_by=by,
    )
    record("colleagueaccount.linked", row, by=by, at=at, data={"platform": str(platform)})
    return row


@transaction.atomic
def end_account(*, account_id: int, by: "User", at: datetime) -> ColleagueAccount:
    row = ColleagueAccount.objects.select_for_update(of=("self",)).get(pk=account_id)
    if row.ended_at is not None:
        raise RuleBroken(_("It is ended already."), code="nothing_changed")
    row.ended_at, row.ended_by = at, by
    row.save(update_fields=["ended_at", "ended_by"])
    record("colleagueaccount.ended", row, by=by, at=at, data={"platform": str(row.platform)})
    return row
