"""Pictures sent in WeChat, fetched from the platform into their case: claimed, fetched with no
transaction open, recorded. Twice the same picture is one (by its entry's own name)."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models.functions import Now
from django.utils import translation
from django.utils.translation import gettext as _

from apps.accounts.queries import system_user
from apps.complaints import services as cases
from apps.complaints.enums import CaseChannel, EntryKind
from apps.complaints.inputs import NewMessage
from apps.core.errors import BadInput, NotStored
from apps.core.files import NewFile
from apps.core.files.attachments import CleanFile, clean_file
from apps.inquiries.enums import MediaState
from apps.inquiries.models import WeChatMedia
from apps.notifications.channels.wechat import MediaGone, MediaLater, get_media

LEASE = timedelta(minutes=2)
WAITS = (timedelta(seconds=30), timedelta(minutes=5), timedelta(hours=1), timedelta(hours=12))


def fetch_media(*, at: datetime, limit: int = 50) -> int:
    """Fetch what is due; how many pictures came."""
    fetched = 0
    for _n in range(limit):
        row = _claim(at)
        if row is None:
            break
        fetched += _fetch(row, at)
    return fetched


@transaction.atomic
def _claim(at: datetime) -> WeChatMedia | None:
    row = (
        WeChatMedia.objects.select_for_update(skip_locked=True)
        .filter(due_at__lte=Now())
        .order_by("due_at", "pk")
        .first()
    )
    if row is not None:
        row.due_at, row.attempts = at + LEASE, row.attempts + 1
        row.save(update_fields=["due_at", "attempts"])
    return row


def _fetch(row: WeChatMedia, at: datetime) -> bool:
    try:
        content = get_media(row.media_id, most=settings.UPLOAD_MAX_BYTES)
        picture = clean_file(NewFile(content, "wechat.jpg"))
        if not picture.is_picture:
            raise MediaGone("no_picture")
        _keep(row, picture, at)
    except (MediaLater, NotStored) as problem:
        # It stays with the platform for three days.
        _again(row, getattr(problem, "code", "") or str(problem), at)
        return False
    except (MediaGone, BadInput) as problem:
        _give_up(row, getattr(problem, "code", "") or str(problem), at)
        return False
    return True


@transaction.atomic
def _keep(row: WeChatMedia, picture: CleanFile, at: datetime) -> None:
    message = NewMessage(
        kind=EntryKind.MESSAGE_IN,
        text="",
        channel=CaseChannel.WECHAT,
        external_id=f"wechat-media:{row.pk}",
    )
    cases.add_message(
        case_id=row.case_id,
        message=message,
        files=[picture],
        by=system_user("wechat"),
        at=max(at, row.received_at),
    )
    _settle(row, MediaState.FETCHED, "")


@transaction.atomic
def _again(row: WeChatMedia, why: str, at: datetime) -> None:
    if row.attempts > len(WAITS):
        _give_up(row, why, at)
        return
    due = at + WAITS[row.attempts - 1]
    WeChatMedia.objects.filter(pk=row.pk, state=MediaState.WAITING).update(
        due_at=due, reason=why[:60]
    )


@transaction.atomic
def _give_up(row: WeChatMedia, why: str, at: datetime) -> None:
    """Whoever works on the case learns that there was a picture."""
    _settle(row, MediaState.FAILED, why)
    with translation.override(settings.LANGUAGE_CODE):
        text = _("A picture sent in WeChat could not be fetched (%(why)s); ask for it again.")
    cases.add_note(
        case_id=row.case_id, text=text % {"why": why[:60]}, by=system_user("wechat"), at=at
    )


def _settle(row: WeChatMedia, state: MediaState, why: str) -> None:
    row.state, row.reason, row.due_at = state, why[:60], None
    row.save(update_fields=["state", "reason", "due_at"])
