"""What the figures of stages are held to: the same said another way than the stage report says it."""

from typing import Final

from apps.tracking.enums import Stage
from apps.tracking.queries.stage_report import LIVE_EVENT

_ISSUED: Final = """w.issued_at >= %(stages_from)s AND w.issued_at < %(until)s AND w.status <> 'cancelled'
        AND (w.last_event_at >= %(since)s OR w.return_document_required)"""


def _first(*statuses: str) -> str:
    names = ", ".join(f"'{name}'" for name in statuses)
    return f"min(e.occurred_at) FILTER (WHERE e.status IN ({names}) AND e.code NOT IN ('sorted', 'arrived'))"


_THERE = (
    *("arrived_dest_city", "out_for_delivery", "ready_for_pickup", "attempt_failed", "refused"),
    "delivered",
)
_LEFT = ("in_transit", "handed_to_other_carrier", "customs", *_THERE)
_ALL = ", ".join(f"'{name}'" for name in ("picked_up", *_LEFT))
_FIRST_SCAN = (
    f"min(e.occurred_at) FILTER (WHERE e.status IN ({_ALL}) OR e.code IN ('sorted', 'arrived'))"
)
_BETWEEN = {
    Stage.SORT: (_FIRST_SCAN, _first(*_LEFT)),
    Stage.LINE_HAUL: (_first(*_LEFT), _first(*_THERE)),
    Stage.DELIVERY: (_first(*_THERE), _first("delivered")),
}
_TIMES = """0, count(*), percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM b - a)),
        percentile_cont(0.9) WITHIN GROUP (ORDER BY extract(epoch FROM b - a))"""
# Of a shipment w: the standard of its own lane (l), else of its kind of lane (k).
_STANDARD: Final = """
        LEFT JOIN tracking_servicelevel v ON v.code = w.service_level
        LEFT JOIN tracking_servicelane l ON l.level_id = v.id AND l.scope = 'lane'
            AND rtrim(l.origin_city, '市') = rtrim(w.origin_city, '市')
            AND rtrim(l.destination_city, '市') = rtrim(w.destination_city, '市')
            AND (w.issued_at AT TIME ZONE %(zone)s)::date >= l.valid_from
            AND (l.valid_until IS NULL OR (w.issued_at AT TIME ZONE %(zone)s)::date < l.valid_until)
        LEFT JOIN tracking_servicelane k ON k.level_id = v.id AND k.scope = CASE
                WHEN rtrim(w.origin_city, '市') = rtrim(w.destination_city, '市') THEN 'same_city' ELSE 'inter_city' END
            AND (w.issued_at AT TIME ZONE %(zone)s)::date >= k.valid_from
            AND (k.valid_until IS NULL OR (w.issued_at AT TIME ZONE %(zone)s)::date < k.valid_until)"""
# When the clock of the pickup starts: by the hours of the standard.
_CLOCK: Final = """greatest(w.issued_at, ((w.issued_at AT TIME ZONE %(zone)s)::date + coalesce(l.opens, k.opens)
        + CASE WHEN (w.issued_at AT TIME ZONE %(zone)s)::time > coalesce(l.cut_off, k.cut_off) THEN interval '1 day'
            ELSE interval '0' END) AT TIME ZONE %(zone)s)"""
_LIVE: Final = f"""tracking_trackingevent e JOIN tracking_waybill w
            ON w.id = e.waybill_id AND w.issued_month = e.issued_month AND {LIVE_EVENT} AND {_ISSUED}"""
_BACK: Final = """(SELECT d.waybill_id, d.owed_since, min(m.at) AS at FROM tracking_returndocument d
        JOIN tracking_returndocumentmove m ON m.document_id = d.id AND m.to_state IN ('received_at_origin', 'filed')
        WHERE d.state <> 'void' AND d.owed_since IS NOT NULL GROUP BY 1, 2)"""


def stage_yardstick(stage: Stage) -> str:
    if stage == Stage.PICKUP:
        return f"""
    SELECT {_TIMES} FROM (
        SELECT least({_CLOCK}, x.b) AS a, x.b FROM (
            SELECT w.id, {_FIRST_SCAN} AS b FROM {_LIVE} GROUP BY w.id) x
        JOIN tracking_waybill w ON w.id = x.id {_STANDARD}
        WHERE x.b >= %(since)s AND x.b < %(until)s) y"""  # noqa: S608  # words of ours
    if stage == Stage.RECEIPT_RETURN:
        return f"""
    SELECT {_TIMES} FROM (
        SELECT least(r.owed_since, r.at) AS a, r.at AS b FROM {_BACK} r JOIN tracking_waybill w ON w.id = r.waybill_id
        WHERE {_ISSUED} AND r.at >= %(since)s AND r.at < %(until)s) y"""  # noqa: S608  # words of ours
    begins, ends = _BETWEEN[stage]
    return f"""
    SELECT {_TIMES} FROM (SELECT {begins} AS a, {ends} AS b FROM {_LIVE} GROUP BY w.id) x
    WHERE a < b AND b >= %(since)s AND b < %(until)s"""  # noqa: S608  # words of ours


# The first scan that proves each milestone (n), then who answers for what lies between two of them.
OVERRUN: Final = f"""
    WITH e AS (SELECT w.id, e.occurred_at AS at, e.id AS event, e.unit_id, e.carrier_id,
            CASE WHEN e.code IN ('sorted', 'arrived') OR e.status = 'picked_up' THEN 1
                WHEN e.status IN ('in_transit', 'handed_to_other_carrier', 'customs') THEN 2
                WHEN e.status = 'delivered' THEN 4 ELSE 3 END AS n
        FROM {_LIVE} WHERE e.code IN ('sorted', 'arrived') OR e.status IN ({_ALL})),
    f AS (SELECT DISTINCT ON (id, m) id, m, at, event, unit_id, carrier_id
        FROM e JOIN generate_series(1, 4) m ON n >= m ORDER BY id, m, at, event),
    parts AS (
        SELECT b.id, CASE b.m WHEN 2 THEN 'sort' WHEN 3 THEN 'line_haul' ELSE 'delivery' END AS stage, a.at AS began, b.at AS ended,
            CASE WHEN b.m = 3 THEN ARRAY[a.carrier_id, a.unit_id, b.carrier_id, b.unit_id]
                ELSE ARRAY[b.carrier_id, b.unit_id, a.carrier_id, a.unit_id] END AS whose
        FROM f b JOIN f a ON a.id = b.id AND a.m = b.m - 1 AND a.event <> b.event
        UNION ALL
        SELECT id, 'pickup', NULL, at, ARRAY[carrier_id, unit_id, NULL, NULL] FROM f WHERE m = 1
        UNION ALL
        SELECT w.id, 'receipt_return', r.owed_since, r.at, ARRAY[f.carrier_id, f.unit_id, NULL, NULL]
        FROM {_BACK} r JOIN tracking_waybill w ON w.id = r.waybill_id AND {_ISSUED}
        LEFT JOIN f ON f.id = w.id AND f.m = 4),
    decided AS (SELECT DISTINCT ON (waybill_id, stage) waybill_id, stage, carrier_id, unit_id
        FROM tracking_stageassignment ORDER BY waybill_id, stage, id DESC),
    timed AS (
        SELECT p.stage, p.ended, coalesce(p.began, {_CLOCK}) AS began, w.destination_city,
            (w.issued_at AT TIME ZONE %(zone)s)::date AS day,
            CASE WHEN coalesce(d.carrier_id, d.unit_id) IS NOT NULL THEN d.carrier_id
                WHEN whose[1] IS NOT NULL OR whose[2] IS NOT NULL THEN whose[1]
                WHEN whose[3] IS NOT NULL OR whose[4] IS NOT NULL THEN whose[3]
                WHEN EXISTS (SELECT FROM decided o WHERE o.waybill_id = w.id AND o.carrier_id = w.carrier_id) THEN NULL
                ELSE w.carrier_id END AS carrier_id,
            (CASE WHEN l.id IS NULL THEN ARRAY[k.pickup_hours, k.sort_hours, k.line_haul_hours, k.delivery_hours, k.receipt_return_hours]
                ELSE ARRAY[l.pickup_hours, l.sort_hours, l.line_haul_hours, l.delivery_hours, l.receipt_return_hours] END)[
                array_position(ARRAY['pickup', 'sort', 'line_haul', 'delivery', 'receipt_return'], p.stage)] AS hours
        FROM parts p JOIN tracking_waybill w ON w.id = p.id {_STANDARD}
        LEFT JOIN decided d ON d.waybill_id = p.id AND d.stage = p.stage
        WHERE p.ended >= %(since)s AND p.ended < %(until)s),
    judged AS (SELECT t.*, coalesce(CASE t.stage WHEN 'pickup' THEN a.pickup_hours WHEN 'line_haul' THEN a.line_haul_hours
            WHEN 'delivery' THEN a.delivery_hours WHEN 'receipt_return' THEN a.receipt_return_hours END, t.hours) AS standard
        FROM timed t LEFT JOIN tracking_partneragreement a ON a.carrier_id = t.carrier_id
            AND rtrim(a.area, '市') = rtrim(t.destination_city, '市') AND a.valid_from <= t.day
            AND (a.valid_until IS NULL OR t.day < a.valid_until))
    SELECT count(*) FILTER (WHERE extract(epoch FROM ended - began) > standard * 3600), count(*) FROM judged
    WHERE standard IS NOT NULL"""  # noqa: S608  # words of ours
