"""How chats run in this company: one row, changed by leaders (CMP-1)."""

from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.chat.models import ChatSettings
from apps.core.database import database_now
from apps.core.errors import BadInput
from apps.events.services import record
from apps.sla.queries.calendars import hours_by_code

FIELDS = (
    *("accept_within", "answer_within", "agent_gone_after", "visitor_gone_after"),
    *("remind_after", "end_after", "file_within", "most_chats", "most_waiting"),
    *("calendar", "reply_within"),
)


@transaction.atomic
def change_chat_settings(*, values: dict[str, object], by: User, at: datetime) -> ChatSettings:
    """Write those of FIELDS that ``values`` has; BadInput when they do not fit together."""
    ChatSettings.objects.bulk_create([ChatSettings(pk=1)], ignore_conflicts=True)
    row = ChatSettings.objects.select_for_update(no_key=True).get(pk=1)
    changes = {
        name: {"from": getattr(row, name), "to": values[name]}
        for name in FIELDS
        if name in values and values[name] != getattr(row, name)
    }
    for name in changes:
        setattr(row, name, values[name])
    row.changed_at, row.changed_by = database_now(), by
    _check_calendar(row.calendar)
    try:
        row.full_clean()
    except ValidationError as error:
        field, problems = next(iter(error.message_dict.items()))
        raise BadInput(
            problems[0] if field in FIELDS else _("These times do not fit together."),
            code="bad_settings",
            field=field if field in FIELDS else "end_after",
        ) from None
    row.save()
    record("chat_settings.changed", row, by=by, at=at, data={"fields": changes})
    return row


def _check_calendar(code: str) -> None:
    try:
        hours_by_code(code)
    except KeyError:
        raise BadInput(
            _("There is no working calendar “%(code)s”.") % {"code": code},
            code="unknown_calendar",
            field="calendar",
        ) from None
