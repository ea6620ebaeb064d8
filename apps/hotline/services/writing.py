"""Parts of calls into the tables, in sets: copied into temporary tables, from there inserted where no call has their
number yet, which is nearly all of a file, and merged with what is there where one has.

A call is the union of what was said of it (``models.calls.Call``): merging the same again changes nothing, and the
order in which files and lines come decides nothing."""

import io
from collections.abc import Collection, Iterable, Sequence
from typing import Any, NamedTuple

from django.db import connection

from apps.core.crypto import blind_indexes, encrypt_many
from apps.hotline.enums import MISSED, RANKS, Direction
from apps.hotline.models import PhoneSystem
from apps.hotline.reading import Part
from apps.hotline.rules.numbers import PURPOSE, caller_key

_TABLES = """
CREATE TEMPORARY TABLE IF NOT EXISTS hotline_part (call_id text COLLATE "C", direction text, caller text, caller_index text,
    queue text, offered bigint, answered bigint, ended bigint, outcome text, extension text) ON COMMIT DROP;
CREATE TEMPORARY TABLE IF NOT EXISTS hotline_rung (call_id text COLLATE "C", extension text, rang bigint, answered bigint,
    ended bigint) ON COMMIT DROP;
TRUNCATE hotline_part, hotline_rung;
"""
# At most one sits at an extension at any instant (the constraint ``extension_of_one_at_a_time``).
_AGENT = """LEFT JOIN hotline_extension e ON e.system_id = %(system)s AND e.extension = {ext}
    AND e.since <= to_timestamp({at}) AND (e.until IS NULL OR e.until > to_timestamp({at}))"""
_RANK = "array_position(%(ranks)s::text[], {0}::text)"
_EARLIER = """(excluded.answered_at IS NOT NULL AND (c.answered_at IS NULL OR excluded.answered_at < c.answered_at))"""
_CALLS = f"""
INSERT INTO hotline_call AS c (system_id, call_id, direction, caller, caller_index, queue, is_hotline, day, offered_at,
    answered_at, ended_at, outcome, extension, agent_id, note)
SELECT %(system)s, p.call_id, p.direction, p.caller, p.caller_index, p.queue,
    p.queue = '' OR cardinality(%(queues)s::text[]) = 0 OR p.queue = ANY(%(queues)s::text[]),
    (to_timestamp(p.offered) AT TIME ZONE %(zone)s)::date, to_timestamp(p.offered), to_timestamp(p.answered),
    to_timestamp(p.ended), p.outcome, p.extension,
    e.user_id, ''
FROM hotline_part p {_AGENT.format(ext="p.extension", at="coalesce(p.answered, p.offered)")}
"""  # noqa: S608  # words of ours
_MISSED = f"""direction = '{Direction.IN}' AND is_hotline AND caller_index <> '' AND outcome = ANY(%(missed)s::text[])"""
# Calls that nothing was known of, with their phones. Nobody else writes calls of this system meanwhile.
_FRESH = f"""
WITH fresh AS ({_CALLS} WHERE NOT EXISTS (
    SELECT FROM hotline_call k WHERE k.system_id = %(system)s AND k.call_id = p.call_id)
RETURNING id, call_id, direction, outcome, is_hotline, caller_index
), rung AS (
INSERT INTO hotline_leg (call_id, extension, agent_id, rang_at, answered_at, ended_at)
SELECT f.id, r.extension, e.user_id, to_timestamp(r.rang), to_timestamp(r.answered), to_timestamp(r.ended)
FROM fresh f JOIN hotline_rung r ON r.call_id = f.call_id {_AGENT.format(ext="r.extension", at="r.rang")}
)
SELECT count(*), coalesce(array_agg(id) FILTER (WHERE {_MISSED}), '{{}}') FROM fresh
"""  # noqa: S608  # words of ours
_MERGE = f"""
WITH changed AS ({_CALLS} ORDER BY p.call_id
ON CONFLICT (system_id, call_id) DO UPDATE SET
    direction = CASE WHEN excluded.direction = '{Direction.IN}' THEN c.direction ELSE excluded.direction END,
    caller = CASE WHEN c.caller = '' THEN excluded.caller ELSE c.caller END,
    caller_index = CASE WHEN c.caller = '' THEN excluded.caller_index ELSE c.caller_index END,
    queue = CASE WHEN excluded.queue <> '' AND (c.queue = '' OR excluded.offered_at < c.offered_at)
        THEN excluded.queue ELSE c.queue END,
    is_hotline = CASE WHEN excluded.queue <> '' AND (c.queue = '' OR excluded.offered_at < c.offered_at)
        THEN excluded.is_hotline ELSE c.is_hotline END,
    day = (least(c.offered_at, excluded.offered_at) AT TIME ZONE %(zone)s)::date,
    offered_at = least(c.offered_at, excluded.offered_at),
    answered_at = least(c.answered_at, excluded.answered_at),
    ended_at = CASE WHEN greatest(c.ended_at, excluded.ended_at) >= coalesce(least(c.answered_at,
        excluded.answered_at), c.offered_at) THEN greatest(c.ended_at, excluded.ended_at) END,
    outcome = CASE WHEN {_RANK.format("excluded.outcome")} > {_RANK.format("c.outcome")}
        THEN excluded.outcome ELSE c.outcome END,
    extension = CASE WHEN {_EARLIER} THEN excluded.extension ELSE c.extension END,
    agent_id = CASE WHEN {_EARLIER} THEN excluded.agent_id ELSE c.agent_id END
WHERE excluded.offered_at < c.offered_at OR {_EARLIER}
    OR (excluded.ended_at IS NOT NULL AND (c.ended_at IS NULL OR excluded.ended_at > c.ended_at)
        AND excluded.ended_at >= coalesce(c.answered_at, c.offered_at))
    OR {_RANK.format("excluded.outcome")} > {_RANK.format("c.outcome")}
    OR (c.caller = '' AND excluded.caller <> '') OR (c.queue = '' AND excluded.queue <> '')
    OR (c.direction = '{Direction.IN}' AND excluded.direction <> '{Direction.IN}')
RETURNING id, direction, outcome, is_hotline, caller_index
)
SELECT count(*), coalesce(array_agg(id) FILTER (WHERE {_MISSED}), '{{}}') FROM changed
"""  # noqa: S608  # words of ours
_LEGS = f"""
INSERT INTO hotline_leg AS l (call_id, extension, agent_id, rang_at, answered_at, ended_at)
SELECT c.id, r.extension, e.user_id, to_timestamp(r.rang), to_timestamp(r.answered), to_timestamp(r.ended)
FROM hotline_rung r JOIN hotline_call c ON c.system_id = %(system)s AND c.call_id = r.call_id
{_AGENT.format(ext="r.extension", at="r.rang")}
ON CONFLICT (call_id, extension, rang_at) DO UPDATE SET
    answered_at = coalesce(l.answered_at, excluded.answered_at), ended_at = greatest(l.ended_at, excluded.ended_at)
WHERE (l.answered_at IS NULL AND excluded.answered_at IS NOT NULL)
    OR (excluded.ended_at IS NOT NULL AND (l.ended_at IS NULL OR excluded.ended_at > l.ended_at))
"""  # noqa: S608  # words of ours
# The end of a conversation whose beginning stands in lines that were taken before.
_LEG_ENDS = """
UPDATE hotline_leg l SET ended_at = to_timestamp(r.ended)
FROM unnest(%(calls)s::text[], %(extensions)s::text[], %(ends)s::bigint[]) AS r (call_id, extension, ended)
JOIN hotline_call c ON c.system_id = %(system)s AND c.call_id = r.call_id
WHERE l.call_id = c.id AND l.ended_at IS NULL AND l.id = (
    SELECT m.id FROM hotline_leg m WHERE m.call_id = c.id AND m.extension = r.extension
        AND m.answered_at <= to_timestamp(r.ended) ORDER BY m.rang_at DESC LIMIT 1)
"""
_PART_COLUMNS = "COPY hotline_part FROM STDIN"
_UNWRITABLE = str.maketrans({"\\": "\\\\", "\t": " ", "\n": " ", "\r": " ", "\0": None})


class Written(NamedTuple):
    """How many calls are new or say more than before, and which of these were missed."""

    changed: int
    missed: list[int]


def write_parts(
    system: PhoneSystem,
    parts: dict[str, Part],
    leg_ends: Sequence[tuple[str, str, int]] = (),
) -> Written:
    """In the caller's transaction. Who writes calls of one system waits for whoever does."""
    if not parts:
        return Written(0, [])
    PhoneSystem.objects.select_for_update(no_key=True, of=("self",)).get(pk=system.pk)
    given: dict[str, Any] = {
        "system": system.pk,
        "queues": system.queues,
        "zone": system.zone,
        "ranks": RANKS,
        "missed": [one.value for one in MISSED],
    }
    with connection.cursor() as cursor:
        cursor.execute(_TABLES)
        cursor.copy_expert(_PART_COLUMNS, _copied(_part_rows(parts)))
        cursor.copy_expert("COPY hotline_rung FROM STDIN", _copied(_leg_rows(parts)))
        cursor.execute(_FRESH, given)
        changed, missed = cursor.fetchone()
        if changed < len(parts):
            # What was inserted just now says nothing new either.
            cursor.execute(_MERGE, given)
            completed, more = cursor.fetchone()
            changed, missed = changed + completed, missed + more
            cursor.execute(_LEGS, given)
        if leg_ends:
            calls, extensions, ends = zip(*leg_ends, strict=True)
            more = {"calls": list(calls), "extensions": list(extensions), "ends": list(ends)}
            cursor.execute(_LEG_ENDS, {"system": system.pk, **more})
    return Written(changed, list(missed))


def _copied(rows: Iterable[str]) -> io.StringIO:
    return io.StringIO("".join(rows))


def _part_rows(parts: dict[str, Part]) -> Iterable[str]:
    sealed = _sealed({part.caller for part in parts.values()})
    for call_id, part in parts.items():
        caller, index = sealed[part.caller]
        offered = first_instant(part)
        ended = part.ended
        if ended is not None and ended < (part.answered or offered):
            ended = None  # it went on elsewhere: its end is not known yet
        yield (
            f"{_plain(call_id)}\t{part.direction}\t{caller}\t{index}\t{_plain(part.queue[:60])}\t{offered}"
            f"\t{_number(part.answered)}\t{_number(ended)}\t{part.outcome}\t{_plain(part.extension)}\n"
        )


def _sealed(numbers: Collection[str]) -> dict[str, tuple[str, str]]:
    """Number → as it is kept, and the index it is found by; each is encrypted once."""
    keys = [caller_key(one) if one else "" for one in numbers]
    values = [key or number[:40] for key, number in zip(keys, numbers, strict=True)]
    pairs = zip(encrypt_many(values), blind_indexes(keys, PURPOSE), strict=True)
    return dict(zip(numbers, pairs, strict=True))


def first_instant(part: Part) -> int:
    """When it was offered, or where that line is not there yet, the earliest instant that is known."""
    if part.offered is not None:
        return part.offered
    known = [one for one in (part.answered, part.ended) if one is not None]
    return min([*known, *(rang for _extension, rang in part.legs)])


def _leg_rows(parts: dict[str, Part]) -> Iterable[str]:
    for call_id, part in parts.items():
        for (extension, rang), (answered, ended) in part.legs.items():
            yield f"{_plain(call_id)}\t{_plain(extension)}\t{rang}\t{_number(answered)}\t{_number(ended)}\n"


def _number(value: int | None) -> Any:
    return "\\N" if value is None else value


def _plain(text: str) -> str:
    return text if text.isprintable() and "\\" not in text else text.translate(_UNWRITABLE)
