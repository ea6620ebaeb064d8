"""Papers of a claim: what comes makes an approval void, what is asked for stops the decision's clock (CMP-6)."""

from collections.abc import Sequence
from datetime import datetime
from uuid import uuid4

from django.db import transaction
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.claims.enums import ClaimState, PaperKind
from apps.claims.models import Claim, ClaimPaper
from apps.claims.services import clocks
from apps.claims.services.moving import about, lock_claim, needed, write
from apps.claims.services.voiding import check_qualified, void
from apps.complaints.services.storing import cleaned, store_file
from apps.core.errors import BadInput, RuleBroken
from apps.core.files import NewFile
from apps.core.files.attachments import CleanFile, clean_file
from apps.core.files.pdfs import check_pdf
from apps.core.files.pictures import is_phone_only
from apps.core.files.scans import PDF
from apps.events.services import record

S = ClaimState


def add_papers(
    *,
    claim_id: int,
    kind: PaperKind,
    files: Sequence[NewFile | CleanFile],
    note: str = "",
    by_customer: bool = False,
    by: User,
    at: datetime,
) -> Claim:
    """Papers come: what was assessed or approved is void, and kept. What the file really is says its content; the
    same one twice is one. RuleBroken ``claim_over`` once money was agreed or the claim is over."""
    with cleaned(files) as (clean, written), transaction.atomic():
        if not clean:
            raise BadInput(_("Choose a file."), code="required", field="files")
        check_papers(clean)
        claim = lock_claim(claim_id, None if by_customer else by)
        if claim.state not in (S.DRAFT, S.FILED, S.ASSESSED, S.APPROVED, S.REFUSED):
            raise RuleBroken(
                _("This claim is “%(state)s”: papers change nothing any more.")
                % {"state": claim.get_state_display()},
                code="claim_over",
                field="files",
            )
        known = set(claim.papers.filter(kind=kind).values_list("sha256", flat=True))
        fresh = [
            one for one in {one.sha256: one for one in clean}.values() if one.sha256 not in known
        ]
        for file in fresh:
            ClaimPaper.objects.create(
                claim=claim, key=uuid4(), kind=kind, path=store_file(file, "claims", written),
                name=file.name, content_type=file.content_type, size=len(file.content),
                sha256=file.sha256, note=" ".join(note.split())[:200], by_customer=by_customer, at=at, by=by,
            )  # fmt: skip
        if not fresh:
            return claim
        record("claim.paper_added", claim, by=by, at=at, data=about(claim, paper=str(kind)))
        if claim.state in (S.ASSESSED, S.APPROVED):
            void(claim, reason=_("new papers"), by=by, at=at)
        if claim.papers_asked_at is not None:
            write(claim, papers_asked_at=None, papers_asked="")
            clocks.papers_came(claim, by=by, at=at)
        return claim


def clean_paper(file: NewFile) -> CleanFile:
    """A picture drawn anew, or a PDF; BadInput in words for anything else."""
    try:
        clean = clean_file(file)
    except BadInput as refusal:
        if refusal.code == "file_kind" and not is_phone_only(file.content):
            raise _no_paper(file.name) from refusal
        raise
    check_papers([clean])
    return clean


def check_papers(clean: Sequence[CleanFile]) -> None:
    """What a file really is says its content, not its name; what is no picture and no PDF proves nothing. BadInput
    names the file."""
    for file in clean:
        if not file.content_type.startswith("image/") and file.content_type != PDF:
            raise _no_paper(file.name)
        if file.content_type == PDF:
            check_pdf(file.content, name=file.name)


def _no_paper(name: str) -> BadInput:
    text = _("“%(name)s” is neither a picture nor a PDF.") % {"name": name[:60]}
    return BadInput(text, code="file_type", field="file")


@transaction.atomic
def ask_papers(*, claim_id: int, what: str, by: User, at: datetime) -> Claim:
    """The claimant is asked for papers; the decision's clock waits for them."""
    what = needed(what, "what")
    check_qualified(by, at)
    claim = lock_claim(claim_id, by)
    if claim.state not in (S.FILED, S.ASSESSED):
        raise RuleBroken(
            _("Papers are asked for before the decision."), code="illegal_move", field="state"
        )
    write(claim, papers_asked_at=at, papers_asked=what)
    clocks.answered(claim, by=by, at=at)
    clocks.waits_for_papers(claim, by=by, at=at)
    record("claim.papers_asked", claim, by=by, at=at, data=about(claim, note=what))
    return claim
