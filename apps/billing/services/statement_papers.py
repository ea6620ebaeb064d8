"""What a payer sends back with a statement is kept as it came (BIL-2)."""

from datetime import datetime
from io import BytesIO

from django.core.files.base import ContentFile

from apps.accounts.models import User
from apps.billing.models import Dispute, Statement, StatementPaper
from apps.core.database import in_callers_transaction
from apps.core.errors import BadInput
from apps.core.files import NewFile
from apps.core.files.scans import check_document


@in_callers_transaction()
def store_paper(
    statement: Statement, paper: NewFile, *, dispute: Dispute | None = None, by: User, at: datetime
) -> StatementPaper:
    """A whole PDF, JPEG or PNG; BadInput on ``paper`` for anything else. The caller has entered
    ``all_or_nothing``."""
    try:
        checked = check_document(BytesIO(paper.content), filename=paper.name)
    except BadInput as error:
        raise BadInput(str(error), code=error.code, field="paper") from error
    return StatementPaper.objects.create(
        statement=statement,
        dispute=dispute,
        file=ContentFile(paper.content, name=f"paper{checked.extension}"),
        name=checked.name,
        content_type=checked.content_type,
        at=at,
        by=by,
    )
