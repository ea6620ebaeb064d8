"""The daily proof is kept, and what differs becomes an exception (COD-7)."""

import logging
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.cod.models import CodDifference, CodProof
from apps.cod.queries.proof import Compared, compare, shipments_of, sums_by_state
from apps.cod.services.noticing import report_difference
from apps.core.money import format_money
from apps.events.services import record

log = logging.getLogger(__name__)
SHOWN = 5


@transaction.atomic
def prove_cod(*, by: User, at: datetime) -> CodProof:
    """Compare the rows with the ledger, account by account, and where they differ shipment by shipment.
    What differs is kept, logged as an error for the operator's watch, and opened as one exception."""
    compared = compare()
    differing = [one for one in compared if one.differs]
    proof: CodProof = CodProof.objects.create(
        at=at,
        day=timezone.localdate(at),
        accounts=len(compared),
        differences=len(differing),
        sums={state: [n, str(total)] for state, (n, total) in sums_by_state().items()},
    )
    if differing:
        CodDifference.objects.bulk_create([row for one in differing for row in _rows(proof, one)])
        _tell(proof, differing, by=by, at=at)
    return proof


def _rows(proof: CodProof, one: Compared) -> list[CodDifference]:
    common = {
        "proof": proof,
        "kind": one.kind,
        "party_id": one.party_id,
        "party_name": one.party_name,
    }
    return [
        CodDifference(**common, rows_total=one.rows_total, ledger_total=one.ledger_total),
        *(
            CodDifference(**common, waybill=waybill, rows_total=rows, ledger_total=ledger)
            for waybill, rows, ledger in shipments_of(one)
        ),
    ]


def _tell(proof: CodProof, differing: list[Compared], *, by: User, at: datetime) -> None:
    for one in differing:
        log.error(
            "cod proof: %s %s differs: rows %s, ledger %s",
            one.kind, one.party_name, one.rows_total, one.ledger_total,
        )  # fmt: skip
    lines = [
        _("%(account)s %(party)s: rows %(rows)s, ledger %(ledger)s")
        % {
            "account": one.kind,
            "party": one.party_name,
            "rows": format_money(one.rows_total),
            "ledger": format_money(one.ledger_total),
        }
        for one in differing[:SHOWN]
    ]
    record("codproof.differs", proof, by=by, at=at, data={"differences": len(differing)})
    title = _("The daily COD proof differs: %(day)s") % {"day": proof.day.isoformat()}
    report_difference(title=title, what="\n".join(lines), happened_at=at, by=by, at=at)
