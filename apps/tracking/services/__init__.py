from apps.tracking.services.correct import (
    attach_partner_number,
    correct_event,
    reveal_waybill,
)
from apps.tracking.services.feed import take_document, take_kuaidi100
from apps.tracking.services.imports import read_scan, take_scans
from apps.tracking.services.ingest import MAX_EVENTS, ingest
from apps.tracking.services.issue import issue_waybills
from apps.tracking.services.partitions import ensure_partitions, make_partitions_ahead
from apps.tracking.services.party import CodeNeeded, PartyProof, check_party, give_proof, read_proof
from apps.tracking.services.refusals import drop_refused
from apps.tracking.services.retry import retry_refused
from apps.tracking.services.stages import assign_stage
from apps.tracking.services.weighing import read_measured, take_measured, weigh_waybill

__all__ = [
    "MAX_EVENTS",
    "CodeNeeded",
    "PartyProof",
    "assign_stage",
    "attach_partner_number",
    "check_party",
    "correct_event",
    "drop_refused",
    "ensure_partitions",
    "give_proof",
    "ingest",
    "issue_waybills",
    "make_partitions_ahead",
    "read_measured",
    "read_proof",
    "read_scan",
    "retry_refused",
    "reveal_waybill",
    "take_document",
    "take_kuaidi100",
    "take_measured",
    "take_scans",
    "weigh_waybill",
]
