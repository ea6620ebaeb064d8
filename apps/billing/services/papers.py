"""What was sent stays provable: the hash of the paper that the payer got (BIL-7)."""

import hashlib

from apps.billing.models import Statement
from apps.billing.queries.papers import SENT, statement_pdf


def store_paper_hash(*, statement_id: int) -> str:
    """SHA-256 of the paper of a sent statement, kept once; "" for one that is not sent. A machine's
    second look, so no event: sending it is on record."""
    statement = Statement.objects.select_related("bill_to", "station").get(pk=statement_id)
    if statement.pdf_sha256 or statement.state not in SENT:
        return statement.pdf_sha256
    digest = hashlib.sha256(statement_pdf(statement)).hexdigest()
    Statement.objects.filter(pk=statement_id, pdf_sha256="").update(pdf_sha256=digest)
    return digest
