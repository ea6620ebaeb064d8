"""The second factor: an authenticator app, and recovery codes for who lost it."""

import secrets
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.accounts import totp
from apps.accounts.enums import SessionEnd
from apps.accounts.models import RecoveryCode, TotpDevice, User
from apps.accounts.rules import check_may_change, check_not_oneself
from apps.accounts.services.sessions import end_user_sessions
from apps.core.crypto import blind_index
from apps.core.errors import BadInput, RuleBroken
from apps.events.services import record

RECOVERY_CODES = 10
# 12 of 31 letters: 59 bits each, and only a keyed hash is stored.
RECOVERY_LETTERS = "23456789abcdefghjkmnpqrstuvwxyz"
DEVICE_NAME = "authenticator"


@transaction.atomic
def begin_enrolment(*, user: User) -> TotpDevice:
    """The device whose secret the page shows; the same one until it is confirmed, so that a
    reloaded page does not spoil what the phone has just read."""
    User.objects.select_for_update().get(pk=user.pk)
    device: TotpDevice | None = TotpDevice.objects.filter(user=user, confirmed=False).first()
    if device is None:
        device = TotpDevice.objects.create(
            user=user, name=DEVICE_NAME, confirmed=False, key=totp.new_key()
        )
    return device


@transaction.atomic
def confirm_enrolment(
    *, user: User, code: str, at: datetime | None = None
) -> tuple[TotpDevice, list[str]]:
    """The first right code makes the device count, replaces an earlier one and yields fresh
    recovery codes, to be shown once."""
    at = at or timezone.now()
    User.objects.select_for_update().get(pk=user.pk)
    device: TotpDevice | None = TotpDevice.objects.filter(user=user, confirmed=False).first()
    step = None
    if device is not None:
        step = totp.matching_step(device.key, _tidy(code), at=at, after=-1)
    if device is None or step is None:
        raise BadInput(
            _("This code does not fit. Check the phone's clock and enter the code shown now."),
            code="wrong_code",
            field="code",
        )
    TotpDevice.objects.filter(user=user, confirmed=True).delete()
    device.confirmed, device.last_t = True, step
    device.save(update_fields=["confirmed", "last_t"])
    record("user.two_factor_enrolled", user, by=user, at=at)
    return device, _make_recovery_codes(user)


def verify_second_factor(*, user: User, code: str, at: datetime | None = None) -> TotpDevice:
    """Accept a code of the app or a recovery code, each good once; refuse with the time to wait
    after wrong ones (it doubles each time). A wrong guess is counted even though it is refused."""
    at = at or timezone.now()
    with transaction.atomic():
        # The lock makes guesses queue up: many at once are counted one by one.
        device: TotpDevice | None = (
            TotpDevice.objects.select_for_update().filter(user=user, confirmed=True).first()
        )
        if device is None:
            raise RuleBroken(_("Set up two-factor sign-in first."), code="no_device")
        wait = seconds_to_wait(device)
        if not wait and _spend(device, _tidy(code), at):
            return device
        if not wait:
            device.throttle_increment()
            record("user.second_factor_refused", user, by=user, at=at)
    if wait:
        raise RuleBroken(
            _("Too many wrong codes. Wait %(seconds)s seconds, then enter the code shown then.")
            % {"seconds": wait},
            code="wait",
            field="code",
        )
    raise BadInput(
        _("This code is not right, or it was used already. Enter the code shown now."),
        code="wrong_code",
        field="code",
    )


def seconds_to_wait(device: TotpDevice) -> int:
    allowed, details = device.verify_is_allowed()
    if allowed:
        return 0
    return max(1, int((details["locked_until"] - timezone.now()).total_seconds()) + 1)


@transaction.atomic
def renew_recovery_codes(*, user: User, by: User, at: datetime | None = None) -> list[str]:
    """Ten fresh ones; the old ones are worthless from now on."""
    User.objects.select_for_update().get(pk=user.pk)
    codes = _make_recovery_codes(user)
    record("user.recovery_codes_renewed", user, by=by, at=at)
    return codes


@transaction.atomic
def reset_two_factor(*, user: User, by: User, reason: str, at: datetime | None = None) -> None:
    """For who lost phone and codes: the next sign-in enrols anew. Never for oneself."""
    check_may_change(user, by=by)
    check_not_oneself(user, by=by)
    TotpDevice.objects.filter(user=user).delete()
    RecoveryCode.objects.filter(user=user).delete()
    record("user.two_factor_reset", user, by=by, at=at, data={"reason": reason})
    end_user_sessions(user=user, by=by, reason=SessionEnd.TWO_FACTOR, at=at)


def _tidy(code: str) -> str:
    return "".join(code.split()).replace("-", "").lower()[:40]


def _spend(device: TotpDevice, code: str, at: datetime) -> bool:
    if len(code) == totp.DIGITS:
        step = totp.matching_step(device.key, code, at=at, after=device.last_t)
        if step is None:
            return False
        device.last_t = step
    else:
        used = RecoveryCode.objects.filter(
            user_id=device.user_id, hash=_hash(device.user_id, code), used_at__isnull=True
        ).update(used_at=at)
        if not used:
            return False
        left = RecoveryCode.objects.filter(user_id=device.user_id, used_at__isnull=True).count()
        record("user.recovery_code_used", device.user, by=device.user, at=at, data={"left": left})
    device.throttle_reset(commit=False)
    device.save()
    return True


def _hash(user_id: int, code: str) -> str:
    return blind_index(f"{user_id}:{code}", "recovery code")


def _make_recovery_codes(user: User) -> list[str]:
    RecoveryCode.objects.filter(user=user).delete()
    codes = [
        "".join(secrets.choice(RECOVERY_LETTERS) for _n in range(12))
        for _m in range(RECOVERY_CODES)
    ]
    RecoveryCode.objects.bulk_create(
        RecoveryCode(user=user, hash=_hash(user.pk, code)) for code in codes
    )
    return [f"{code[:4]}-{code[4:8]}-{code[8:]}" for code in codes]
