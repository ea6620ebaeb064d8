"""Beginning to time something."""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import connection, models

from apps.accounts.models import Unit, User
from apps.core.database import Statement, in_callers_transaction, not_after
from apps.sla.enums import FactKind, MatterState
from apps.sla.kinds import known_kind
from apps.sla.models import Clock, Fact, Matter
from apps.sla.queries.calendars import ALWAYS_CODE
from apps.sla.queries.clock_inputs import read_clock_inputs
from apps.sla.queries.rules import targets_of, versions_for
from apps.sla.rules import Attributes, choose_version
from apps.sla.services.following import attributes_of, first_clocks
from apps.sla.services.recalculating import PastInstants, recalculate
from apps.sla.services.rows import add_facts

# A subject that is timed already is passed over: opening again changes nothing.
_OPEN = Statement(
    "open_matters",
    """
INSERT INTO sla_matter (kind, subject_type, subject_id, key, title, klass, severity, channel,
    customer_id, contract_id, owner_id, unit_id, version_id, policy_as_of, policy_epoch, state,
    cycle, opened_at, opened_by_id, stop_reason)
SELECT kind, subject_type, subject_id, key, title, klass, severity, channel,
    customer_id, contract_id, owner_id, unit_id, version_id, policy_as_of, policy_epoch, state,
    cycle, opened_at, opened_by_id, stop_reason
FROM json_to_recordset(%s) AS r(kind varchar, subject_type varchar, subject_id varchar,
    key varchar, title varchar, klass varchar, severity varchar, channel varchar,
    customer_id bigint, contract_id bigint, owner_id bigint, unit_id bigint, version_id bigint,
    policy_as_of timestamptz, policy_epoch integer, state varchar, cycle smallint,
    opened_at timestamptz, opened_by_id bigint, stop_reason varchar)
ON CONFLICT (subject_type, subject_id, key) DO NOTHING
RETURNING id, subject_type, subject_id, key
""",
)
_COLUMNS = [f.attname for f in Matter._meta.concrete_fields if not f.primary_key]


@dataclass(frozen=True, slots=True)
class NewMatter:
    """What is to be timed. ``dues`` are due times fixed from outside, per metric (a follow-up's, a
    paper's deadline), with ``label`` saying what for. ``title`` holds no personal data."""

    kind: str
    subject: models.Model
    title: str
    opened_at: datetime | None = None
    attributes: Attributes = field(default_factory=Attributes)
    owner: User | None = None
    unit: Unit | None = None
    dues: Mapping[str, datetime] = field(default_factory=dict)
    label: str = ""
    key: str = ""
    owner_id: int | None = None  # in place of ``owner``, where only the number is known
    done: Sequence[FactKind | str] = ()  # what is done in the same act


def open_matter(
    *,
    kind: str,
    subject: models.Model,
    title: str,
    by: User,
    attributes: Attributes | None = None,
    owner: User | None = None,
    unit: Unit | None = None,
    opened_at: datetime | None = None,
    dues: Mapping[str, datetime] | None = None,
    label: str = "",
    tell: bool = True,
    key: str = "",
    at: datetime | None = None,
    owner_id: int | None = None,
    done: Sequence[FactKind | str] = (),
) -> Matter:
    """Time one thing (CMP-2, ORD-5): the policy that fits is chosen and its clocks start.

    ``opened_at`` is when the time began to run (aware; ``at`` or the database's present if not
    given, and never the future). ``tell=False`` is for rows taken over from elsewhere: instants that
    are past are put on record silently, whatever comes is announced as usual. A subject that is timed
    already keeps what it has; its matter is returned.
    """
    row = NewMatter(
        kind=kind,
        subject=subject,
        title=title,
        attributes=attributes or Attributes(),
        owner=owner,
        unit=unit,
        opened_at=opened_at,
        dues=dues or {},
        label=label,
        key=key,
        owner_id=owner_id,
        done=done,
    )
    started, _clocks = _open([row], by=by, at=at, tell=tell)
    if started:
        return started[0]
    return Matter.objects.about(subject).get(key=key)


def open_matters(
    rows: Sequence[NewMatter], *, by: User, at: datetime | None = None, tell: bool = True
) -> list[Clock]:
    """As ``open_matter`` for many, in a number of statements that does not grow with them. Returns
    the clocks that were started, each with its ``matter``."""
    return _open(rows, by=by, at=at, tell=tell)[1]


@in_callers_transaction()
def _open(
    rows: Sequence[NewMatter], *, by: User, at: datetime | None, tell: bool
) -> tuple[list[Matter], list[Clock]]:
    """The matters that were not there before, and their clocks."""
    inputs = read_clock_inputs()
    opened = [_matter(row, by, not_after(row.opened_at or at, inputs.now)) for row in rows]
    _choose(opened, inputs.epochs)
    known = _insert(opened)
    fresh, started, facts = [], [], []
    rules = targets_of(matter.version_id for matter in opened)
    always = next(hours.id for hours in inputs.hours.values() if hours.code == ALWAYS_CODE)
    for matter, row in zip(opened, rows, strict=True):
        pk = known.pop((matter.subject_type, matter.subject_id, matter.key), None)
        if pk is None:
            continue
        matter.pk = pk
        started.append(matter)
        moment = not_after(at, inputs.now)
        facts += [Fact(matter=matter, cycle=1, kind=str(k), at=moment, by=by) for k in row.done]
        fresh += first_clocks(
            matter,
            rules.get(matter.version_id or 0, ()),
            {str(metric): due for metric, due in row.dues.items()},
            label=row.label,
            always=always,
        )
    inputs.add_facts(add_facts(facts))
    past = PastInstants.LIVE if tell else PastInstants.QUIET
    return started, recalculate(
        started, fresh=fresh, by=by, now=inputs.now, past=past, inputs=inputs
    )


def _matter(row: NewMatter, by: User, opened_at: datetime) -> Matter:
    what = row.attributes
    return Matter(
        kind=known_kind(row.kind),
        subject_type=row.subject._meta.label_lower,
        subject_id=str(row.subject.pk),
        key=row.key,
        title=row.title,
        klass=what.klass,
        severity=what.severity,
        channel=what.channel,
        customer_id=what.customer_id,
        contract_id=what.contract_id,
        owner_id=row.owner.pk if row.owner else row.owner_id,
        unit_id=row.unit.pk if row.unit else None,
        policy_as_of=opened_at,
        state=MatterState.OPEN,
        opened_at=opened_at,
        opened_by_id=by.pk,
    )


def _choose(matters: Sequence[Matter], epochs: Mapping[str, int]) -> None:
    by_kind: dict[str, list[Matter]] = defaultdict(list)
    for matter in matters:
        by_kind[matter.kind].append(matter)
    for kind, group in by_kind.items():
        versions = versions_for(kind)
        for matter in group:
            chosen = choose_version(versions, attributes_of(matter), matter.policy_as_of)
            matter.version_id = chosen.id if chosen else None
            matter.policy_epoch = epochs.get(kind, 1)


def _insert(matters: Sequence[Matter]) -> dict[tuple[str, str, str], int]:
    rows = [{name: getattr(matter, name) for name in _COLUMNS} for matter in matters]
    with connection.cursor() as cursor:
        _OPEN.run(cursor, [json.dumps(rows, default=datetime.isoformat)])
        return {(kind, subject, key): pk for pk, kind, subject, key in cursor.fetchall()}
