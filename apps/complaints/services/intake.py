"""What comes from a public form: sent twice, it is one case, and nothing typed in between is lost."""

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from apps.accounts.models import User
from apps.complaints.enums import EntryKind
from apps.complaints.inputs import NewCase, NewMessage, Opened
from apps.complaints.models import Case, CaseFile
from apps.complaints.rules.cases import needed
from apps.complaints.rules.contacts import contact_values
from apps.complaints.services.opening import open_case
from apps.complaints.services.talking import add_message
from apps.core.files import NewFile
from apps.core.files.attachments import CleanFile, clean_files

SAME_WITHIN = timedelta(hours=24)
MOST_COMPARED = 10
# Written out: every report from the public page asks it.
_SAME_REPORTS = """
SELECT id, description FROM complaints_case
WHERE created_at > %s AND channel = %s AND contact_phone_index = %s AND contact_email_index = %s
    AND waybill_id IS NOT DISTINCT FROM %s
ORDER BY id DESC LIMIT %s
"""


def take_report(
    *,
    new: NewCase,
    key: UUID | None,
    by: User,
    at: datetime,
    files: Sequence[NewFile | CleanFile] = (),
) -> Opened:
    """Open a case from a form. ``key`` was drawn with the form: sent again with other words, these
    are added to its case; the same words from the same person within a day are that case too.
    Raises BadInput naming the field, before anything is written."""
    known = _same_report(new, at)
    if known is not None:
        _add_photos(known, files, new=new, by=by, at=at)
        return Opened(known, is_new=False)
    if key is not None:
        new = replace(new, source_key=f"web:{key}", external_id=f"web:{key}")
    opened = open_case(new=new, files=files, by=by, at=at)
    text = needed(new.description, "description")
    if not opened.is_new and opened.case.description != text:
        message = NewMessage(
            kind=EntryKind.MESSAGE_IN,
            text=text,
            channel=new.channel,
            external_id=f"{new.external_id}:{hashlib.sha256(text.encode()).hexdigest()[:32]}",
        )
        add_message(case_id=opened.case.pk, message=message, files=files, by=by, at=at)
    return opened


def _add_photos(
    known: Case, files: Sequence[NewFile | CleanFile], *, new: NewCase, by: User, at: datetime
) -> None:
    """Of words that are known already only what they did not bring the first time."""
    there = set(CaseFile.objects.filter(entry__case=known).values_list("sha256", flat=True))
    fresh = [file for file in clean_files(files) if file.sha256 not in there]
    if fresh:
        message = NewMessage(kind=EntryKind.MESSAGE_IN, text="", channel=new.channel)
        add_message(case_id=known.pk, message=message, files=fresh, by=by, at=at)


def _same_report(new: NewCase, at: datetime) -> Case | None:
    values = contact_values(phone=new.contact_phone, email=new.contact_email)
    phone, email = values["contact_phone_index"], values["contact_email_index"]
    if not phone and not email:
        return None
    given = [at - SAME_WITHIN, new.channel, phone, email, new.waybill and new.waybill.pk]
    text = new.description.strip()
    found = Case.objects.raw(_SAME_REPORTS, [*given, MOST_COMPARED])
    return next((case for case in found if case.description == text), None)
