"""KPIs of claims: how long they took, and what they cost. Ticks of money are fen."""

from typing import Final

from django.utils.translation import gettext_lazy as _

from apps.claims.enums import ClaimState, PaymentState
from apps.reports.enums import ScopeKind, Shows
from apps.reports.kpis.base import Kpi
from apps.reports.kpis.shipments import SHIPMENT_SCOPES
from apps.reports.kpis.sources import SHIPMENTS, lane, shipment_keys

CLAIM_SCOPES: Final[tuple[ScopeKind, ...]] = (*SHIPMENT_SCOPES, ScopeKind.AGENT)
_DECIDED: Final = f"""FROM claims_claim c JOIN tracking_waybill w ON w.id = c.waybill_id
    WHERE c.decided_at >= %(since)s AND c.decided_at < %(until)s AND c.state <> '{ClaimState.WITHDRAWN}'"""
# Waiting for papers of the claimant or for a partner.
_WAITED: Final = """coalesce((SELECT sum(extract(epoch FROM greatest(interval '0',
        least(coalesce(i.until, c.decided_at), c.decided_at) - greatest(i.since, c.filed_at))))
    FROM sla_interval i JOIN sla_matter m ON m.id = i.matter_id WHERE m.subject_type = 'claims.claim'
        AND m.subject_id = c.id::text AND i.kind IN ('waiting_customer', 'waiting_partner')), 0)"""
_PAID: Final = f"""coalesce((SELECT sum(p.amount * 100) FROM claims_claimpayment p
    WHERE p.claim_id = c.id AND p.state = '{PaymentState.PAID}'), 0)::bigint"""  # noqa: S608  # words of ours
_RECEIVED: Final = """coalesce((SELECT sum(r.received * 100) FROM claims_recovery r WHERE r.claim_id = c.id), 0)::bigint"""
_BARE: Final = """FROM claims_claim c LEFT JOIN {0} ON x.claim_id = c.id {1}
    WHERE c.decided_at >= %(since)s AND c.decided_at < %(until)s AND c.state <> 'withdrawn'"""


def _claims(columns: str, only: str = "true") -> str:
    """A row for a claim that was decided in the period. Two branches, because that of the shipment's customer counts
    where a claim names none: each is found by an index."""
    keys = "c.unit_id, w.carrier_id, c.owner_id"
    return f"""
    SELECT {columns}, c.customer_id, {keys}, {lane("w")} {_DECIDED} AND {only} AND c.customer_id IS NOT NULL
    UNION ALL
    SELECT {columns}, w.customer_id, {keys}, {lane("w")} {_DECIDED} AND {only} AND c.customer_id IS NULL"""


class OfClaims(Kpi):
    period_by = _("the decision")
    better = "down"
    scopes = CLAIM_SCOPES


class ClaimTime(OfClaims):
    code = "claim_time"
    name = _("Claims: filed to decided")
    definition = _(
        "From the filing of a claim to its decision, less the time we waited for papers."
    )
    unit = _("time")
    shows = Shows.MEDIAN
    is_measured = True
    select = _claims(
        f"""'claims.claim', c.id, c.decided_at, 1, 1,
        greatest(0, extract(epoch FROM c.decided_at - c.filed_at) - {_WAITED})::float8""",
        "c.filed_at IS NOT NULL",
    )
    yardstick = """
    SELECT count(*), count(*), percentile_cont(0.5) WITHIN GROUP (ORDER BY s), percentile_cont(0.9) WITHIN GROUP (ORDER BY s)
    FROM (SELECT greatest(0, extract(epoch FROM c.decided_at - c.filed_at) - coalesce(sum(extract(epoch FROM
            least(coalesce(i.until, c.decided_at), c.decided_at) - greatest(i.since, c.filed_at)))
            FILTER (WHERE i.since < c.decided_at AND coalesce(i.until, c.decided_at) > c.filed_at), 0)) AS s
        FROM claims_claim c
        LEFT JOIN sla_matter m ON m.subject_type = 'claims.claim' AND m.subject_id = c.id::text
        LEFT JOIN sla_interval i ON i.matter_id = m.id AND i.kind IN ('waiting_customer', 'waiting_partner')
        WHERE c.decided_at >= %(since)s AND c.decided_at < %(until)s AND c.state <> 'withdrawn' AND c.filed_at IS NOT NULL
        GROUP BY c.id) x"""


class ClaimPayTime(OfClaims):
    code = "claim_pay_time"
    name = _("Claims: agreed to paid")
    definition = _(
        "From the claimant's agreement to the payment, of claims decided in the period that have been paid."
    )
    unit = _("time")
    parent = "claim_time"
    shows = Shows.MEDIAN
    is_measured = True
    select = _claims(
        "'claims.claim', c.id, c.decided_at, 1, 1, greatest(0, extract(epoch FROM c.paid_at - c.agreed_at))::float8",
        "c.paid_at IS NOT NULL AND c.agreed_at IS NOT NULL",
    )
    yardstick = """
    SELECT count(*), count(*), percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM paid_at - agreed_at))
    FROM claims_claim WHERE decided_at >= %(since)s AND decided_at < %(until)s AND state <> 'withdrawn'
        AND paid_at IS NOT NULL AND agreed_at IS NOT NULL"""


class ClaimPaid(OfClaims):
    code = "claim_paid"
    name = _("Claims paid")
    definition = _("Yuan paid for claims that were decided in the period.")
    unit = _("yuan")
    shows = Shows.MONEY
    select = _claims(f"'claims.claim', c.id, c.decided_at, 1, {_PAID}, NULL::float8")
    yardstick = (
        "SELECT coalesce(sum(x.amount) * 100, 0)::bigint, count(DISTINCT c.id) "
        + _BARE.format("claims_claimpayment x", "AND x.state = 'paid'")
    )


class ClaimRecovered(OfClaims):
    code = "claim_recovered"
    name = _("Claims recovered")
    definition = _(
        "Yuan recovered from partners, units, insurers and people for claims that were decided in the period."
    )
    unit = _("yuan")
    better = "up"
    parent = "claim_paid"
    shows = Shows.MONEY
    select = _claims(f"'claims.claim', c.id, c.decided_at, 1, {_RECEIVED}, NULL::float8")
    yardstick = (
        "SELECT coalesce(sum(x.received) * 100, 0)::bigint, count(DISTINCT c.id) "
        + _BARE.format("claims_recovery x", "")
    )


class ClaimCost(OfClaims):
    code = "claim_cost"
    name = _("Claims per 10,000 shipments")
    definition = _(
        "Yuan paid for claims that were decided in the period, per 10,000 shipments picked up in it."
    )
    unit = _("yuan per 10,000")
    per = 10_000
    parent = "claim_paid"
    shows = Shows.MONEY_RATE
    scopes = SHIPMENT_SCOPES
    source = SHIPMENTS
    select = f"""
    SELECT 'tracking.waybill', w.id, w.picked_up_at, 1, 0, NULL::float8, {shipment_keys()}
    FROM src w WHERE w.picked_up_at >= %(since)s AND w.picked_up_at < %(until)s
    UNION ALL
    {_claims(f"'claims.claim', c.id, c.decided_at, 0, {_PAID}, NULL::float8")}"""  # noqa: S608  # words of ours
    yardstick = """
    SELECT (SELECT coalesce(sum(p.amount) * 100, 0)::bigint FROM claims_claimpayment p JOIN claims_claim c ON c.id = p.claim_id
            WHERE p.state = 'paid' AND c.decided_at >= %(since)s AND c.decided_at < %(until)s AND c.state <> 'withdrawn'),
        (SELECT count(*) FROM tracking_waybill
            WHERE picked_up_at >= %(since)s AND picked_up_at < %(until)s AND status <> 'cancelled')"""


ALL: Final = (ClaimTime, ClaimPayTime, ClaimPaid, ClaimRecovered, ClaimCost)
