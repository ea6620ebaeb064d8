"""What somebody had typed about a case when the window closed."""

from functools import partial
from uuid import UUID, uuid5

from apps.backoffice.queries import drafts
from apps.complaints.models import Case

KIND = "complaints.case"
_OF_CASES = UUID("6f1d8f0e-3f2b-5b61-9d3d-0b6f4a1c7e55")
draft_form = partial(drafts.draft_form, kind=KIND)
# Cases half taken down, the newest first.
drafts_of = partial(drafts.drafts_of, KIND)


def case_key(case: Case) -> UUID:
    """Under which the words typed on this case's page are kept: one draft per person and case."""
    return uuid5(_OF_CASES, str(case.pk))
