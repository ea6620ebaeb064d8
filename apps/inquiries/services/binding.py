"""Binding a WeChat account to a phone by a code sent to that phone (TRK-8, TRK-10).

A wrong code raises nothing: what became of it is the result, so that tries stay counted.
"""

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from apps.core.crypto import blind_index
from apps.core.errors import BadInput, RuleBroken
from apps.core.masking import mask_phone
from apps.core.phones import is_mobile, normalise_phone, phone_key
from apps.events.services import record
from apps.inquiries.enums import BindingState
from apps.inquiries.models import WeChatBinding
from apps.inquiries.services.sending import send_code
from apps.inquiries.states import BINDING_MOVES
from apps.notifications.enums import ChannelName, CodeAnswer, CodePurpose
from apps.notifications.services.codes import (
    CODE_LIFE,
    NewCode,
    issue_code,
    newest_code,
    try_code,
)
from apps.notifications.services.people import link_wechat, unlink_wechat
from apps.tracking.queries.waybill import PHONE_INDEX

if TYPE_CHECKING:
    from apps.accounts.models import User


def openid_index(openid: str) -> str:
    return blind_index(openid, "inquiries.openid")


def bound(openid: str) -> WeChatBinding | None:
    return WeChatBinding.objects.filter(
        openid_index=openid_index(openid), state=BindingState.ACTIVE
    ).first()


@transaction.atomic
def start_binding(
    *, openid: str, phone: str, language: str, by: "User", at: datetime
) -> WeChatBinding:
    """Send a code to ``phone``. BadInput for a number that cannot get one; RuleBroken
    (``too_many_codes``) when too many were asked for, and nothing is changed."""
    number = normalise_phone(phone)
    if not is_mobile(number):
        raise BadInput(_("SMS needs a mobile number."), code="not_a_mobile", field="phone")
    index = openid_index(openid)
    for old in _locked(openid, BindingState.PENDING):
        _end(old, at)
    binding = WeChatBinding.objects.create(
        openid=openid,
        openid_index=index,
        phone=number,
        phone_index=blind_index(phone_key(number), PHONE_INDEX),
        phone_label=mask_phone(number),
        created_at=at,
    )
    new = NewCode(
        purpose=CodePurpose.BIND,
        about=str(binding.pk),
        channel=ChannelName.SMS,
        address=number,
        asker=f"wechat:{index}",
        one_person=True,
    )
    _row, code = issue_code(new, at=at)
    send_code(
        number,
        code=code,
        minutes=int(CODE_LIFE.total_seconds() // 60),
        cause=f"wechat-code:{binding.pk}",
        language=language,
        at=at,
    )
    record("wechatbinding.requested", binding, by=by, at=at)
    return binding


@transaction.atomic
def confirm_binding(*, openid: str, code: str, by: "User", at: datetime) -> str:
    """``confirmed``, ``wrong``, ``expired`` or ``nothing`` (no code was asked for)."""
    pending = next(iter(_locked(openid, BindingState.PENDING)), None)
    sent = newest_code(CodePurpose.BIND, str(pending.pk)) if pending else None
    if pending is None or sent is None:
        return "nothing"
    tried = try_code(sent.pk, code, at=at)
    if tried == CodeAnswer.WRONG:
        return "wrong"
    if tried != CodeAnswer.RIGHT:
        _end(pending, at)
        return "expired"
    for old in _locked(openid, BindingState.ACTIVE):
        _end(old, at)
        record("wechatbinding.ended", old, by=by, at=at)
    BINDING_MOVES.check(BindingState(pending.state), BindingState.ACTIVE)
    pending.state, pending.confirmed_on = BindingState.ACTIVE, at
    pending.save(update_fields=["state", "confirmed_on"])
    # What is told to the phone may be told to the account from now on.
    link_wechat(phone=pending.phone, openid=openid, by=by, at=at)
    record("wechatbinding.confirmed", pending, by=by, at=at)
    return "confirmed"


@transaction.atomic
def end_bindings(*, openid: str, by: "User", at: datetime) -> bool:
    """The owner ends it; whether there was one."""
    ended = False
    for binding in _locked(openid, BindingState.PENDING, BindingState.ACTIVE):
        if binding.state == BindingState.ACTIVE:
            record("wechatbinding.ended", binding, by=by, at=at)
            ended = True
        _end(binding, at)
    unlink_wechat(openid=openid, by=by, at=at)
    return ended


@transaction.atomic
def end_binding(*, binding_id: int, by: "User", at: datetime) -> WeChatBinding:
    """Staff end one; RuleBroken (``illegal_move``) when it is over already."""
    binding = WeChatBinding.objects.select_for_update().get(pk=binding_id)
    if binding.state == BindingState.ENDED:
        raise RuleBroken(_("This binding is over already."), code="illegal_move", field="state")
    was_active = binding.state == BindingState.ACTIVE
    _end(binding, at)
    if was_active:
        unlink_wechat(openid=binding.openid, by=by, at=at)
    record("wechatbinding.ended", binding, by=by, at=at)
    return binding


def _locked(openid: str, *states: BindingState) -> list[WeChatBinding]:
    return list(
        WeChatBinding.objects.select_for_update()
        .filter(openid_index=openid_index(openid), state__in=states)
        .order_by("pk")
    )


def _end(binding: WeChatBinding, at: datetime) -> None:
    BINDING_MOVES.check(BindingState(binding.state), BindingState.ENDED)
    binding.state, binding.ended_on = BindingState.ENDED, at
    binding.save(update_fields=["state", "ended_on"])
