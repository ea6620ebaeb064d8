"""Publishing what applies (CMP-2): a policy is never edited, a new version takes its place."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from apps.accounts.enums import Role
from apps.accounts.models import User
from apps.core.database import database_now, not_after
from apps.core.enqueueing import enqueue_on_commit
from apps.core.errors import BadInput, RuleBroken
from apps.events.services import record
from apps.sla.enums import (
    CountsFrom,
    IntervalKind,
    Metric,
    OffHours,
    OnReopen,
    TellBy,
    Whom,
)
from apps.sla.models import Policy, PolicyEpoch, PolicyVersion, Step, Target, WorkingCalendar
from apps.sla.services.rows import RECOMPUTE

LONGEST = 366 * 86_400  # seconds of working time
MOST_STEPS = 20


@dataclass(frozen=True, slots=True)
class NewStep:
    """``offset`` in working seconds (negative: before the due instant) or ``percent`` of the target."""

    name: str
    whom: Whom | str
    channels: Sequence[TellBy | str]
    english_name: str = ""
    offset: int | None = None
    percent: int | None = None
    role: Role | str = ""
    off_hours: OffHours | str = OffHours.SAME


@dataclass(frozen=True, slots=True)
class NewTarget:
    """``seconds`` of working time of ``calendar``; None: measured, never late."""

    metric: Metric | str
    seconds: int | None
    calendar: WorkingCalendar
    pauses: Sequence[IntervalKind | str] = ()
    on_reopen: OnReopen | str = OnReopen.NONE
    counts_from: CountsFrom | str = CountsFrom.OPENING
    steps: Sequence[NewStep] = ()


@dataclass(frozen=True, slots=True)
class Conditions:
    """Empty ones fit everything."""

    classes: Sequence[str] = field(default=())
    severities: Sequence[str] = field(default=())
    channels: Sequence[str] = field(default=())
    customer_ids: Sequence[int] = field(default=())
    contract_ids: Sequence[int] = field(default=())


@transaction.atomic
def create_policy(
    *,
    code: str,
    name: str,
    kind: str,
    by: User,
    english_name: str = "",
    priority: int = 0,
    at: datetime | None = None,
) -> Policy:
    """A policy without a version applies to nothing yet."""
    policy = Policy(
        code=code.strip(),
        name=name.strip(),
        english_name=english_name.strip(),
        kind=str(kind),
        priority=priority,
    )
    policy.full_clean()
    policy.save()
    data = {"code": policy.code, "kind": policy.kind, "priority": priority}
    record("policy.created", policy, by=by, at=at, data=data)
    return policy


@transaction.atomic
def publish_version(
    *,
    policy: Policy,
    targets: Sequence[NewTarget],
    by: User,
    conditions: Conditions | None = None,
    valid_from: datetime | None = None,
    apply_to_open: bool = False,
    note: str = "",
    based_on: int | None = None,
    at: datetime | None = None,
) -> PolicyVersion:
    """What the policy says from ``valid_from`` on (aware; the database's present if not given).

    Matters opened from then on follow it. ``apply_to_open`` has those follow too that are open
    now; their clocks are read again soon (``recompute_stale``), and what turns out to be past is put
    on record silently. That needs a version that is valid already. ``based_on`` is the number of the
    version that was looked at (0: none): another one published meanwhile is not overwritten unseen
    (``changed_meanwhile``). Input that cannot be is refused with ``BadInput`` naming the target.
    """
    policy = Policy.objects.select_for_update().get(pk=policy.pk)
    now = database_now()
    since = valid_from or now
    _check_policy(policy, targets, since, now, apply_to_open)
    what = conditions or Conditions()
    last = policy.versions.order_by("-number").first()
    _check_base(last, based_on)
    version = PolicyVersion.objects.create(
        policy=policy,
        number=last.number + 1 if last else 1,
        valid_from=since,
        classes=list(what.classes),
        severities=list(what.severities),
        channels=list(what.channels),
        customer_ids=list(what.customer_ids),
        contract_ids=list(what.contract_ids),
        published_at=not_after(at, now),
        published_by=by,
        note=note.strip()[:300],
    )
    for target in targets:
        _add_target(version, target)
    if apply_to_open:
        _call_to_follow(policy.kind)
    data = {"version": version.number, "valid_from": since.isoformat(), "note": version.note}
    record("policy.published", policy, by=by, at=at, data=data)
    return version


@transaction.atomic
def retire_policy(*, policy: Policy, reason: str, by: User, at: datetime | None = None) -> Policy:
    """It applies to nothing any more: open matters turn to the policy that fits now, or to none, and
    their clocks follow; nobody is notified of what it would have announced."""
    policy = Policy.objects.select_for_update().get(pk=policy.pk)
    _check_not_retired(policy)
    if not reason.strip():
        raise BadInput(_("Say why."), code="reason_missing", field="reason")
    policy.retired_at, policy.retired_by = not_after(at, database_now()), by
    policy.save(update_fields=["retired_at", "retired_by"])
    _call_to_follow(policy.kind)
    record("policy.retired", policy, by=by, at=at, data={"reason": reason.strip()})
    return policy


def _call_to_follow(kind: str) -> None:
    PolicyEpoch.objects.get_or_create(kind=kind)
    PolicyEpoch.objects.filter(kind=kind).update(epoch=F("epoch") + 1)
    enqueue_on_commit(RECOMPUTE)


def _check_base(last: PolicyVersion | None, based_on: int | None) -> None:
    number = last.number if last else 0
    if based_on is not None and based_on != number:
        raise RuleBroken(
            _("Version %(n)d was published by %(who)s meanwhile. Look at it and start from there.")
            % {"n": number, "who": last.published_by if last else ""},
            code="changed_meanwhile",
            rule="CMP-2",
        )


def _check_not_retired(policy: Policy) -> None:
    if policy.retired_at is not None:
        raise RuleBroken(_("This policy is retired."), code="policy_retired", rule="CMP-2")


def _check_policy(
    policy: Policy,
    targets: Sequence[NewTarget],
    since: datetime,
    now: datetime,
    apply_to_open: bool,
) -> None:
    _check_not_retired(policy)
    if apply_to_open and since > now:
        raise BadInput(
            _("Open matters can only follow a version that is valid already."),
            code="not_valid_yet",
            field="valid_from",
        )
    metrics = [str(target.metric) for target in targets]
    if not targets or len(set(metrics)) != len(metrics):
        raise BadInput(
            _("A version needs at least one target, and each only once."),
            code="targets_wrong",
            field="targets",
        )
    for row, target in enumerate(targets, start=1):
        _check_target(target, row)


def _check_target(target: NewTarget, row: int) -> None:
    label = Metric(target.metric).label
    if target.seconds is not None and not 0 <= target.seconds <= LONGEST:
        raise BadInput(
            _("“%(metric)s”: up to 366 days of working time.") % {"metric": label},
            code="target_out_of_range",
            field="seconds",
            row=row,
        )
    if len(target.steps) > MOST_STEPS:
        raise BadInput(
            _("“%(metric)s”: at most %(n)d steps.") % {"metric": label, "n": MOST_STEPS},
            code="too_many_steps",
            field="steps",
            row=row,
        )
    for step in target.steps:
        _check_step(step, label, row)


def _check_step(step: NewStep, label: object, row: int) -> None:
    wrong = None
    if (step.offset is None) == (step.percent is None):
        wrong = _("give either a time before or after, or a percentage")
    elif step.percent is not None and not 0 <= step.percent <= 1000:
        wrong = _("a percentage between 0 and 1000")
    elif step.offset is not None and abs(step.offset) > LONGEST:
        wrong = _("up to 366 days before or after")
    elif (step.whom == Whom.ROLE) != bool(step.role):
        wrong = _("say which role is told")
    elif not step.channels:
        wrong = _("say by which channel")
    if wrong:
        raise BadInput(
            _("“%(metric)s”, step “%(step)s”: %(wrong)s.")
            % {"metric": label, "step": step.name, "wrong": wrong},
            code="step_wrong",
            field="steps",
            row=row,
        )


def _add_target(version: PolicyVersion, new: NewTarget) -> None:
    target = Target.objects.create(
        version=version,
        metric=str(new.metric),
        seconds=new.seconds,
        calendar=new.calendar,
        pauses=[str(kind) for kind in new.pauses],
        on_reopen=str(new.on_reopen),
        counts_from=str(new.counts_from),
    )
    Step.objects.bulk_create(
        Step(
            target=target,
            position=position,
            name=step.name,
            english_name=step.english_name,
            offset_seconds=step.offset,
            percent=step.percent,
            whom=str(step.whom),
            role=str(step.role),
            channels=[str(channel) for channel in step.channels],
            off_hours=str(step.off_hours),
        )
        for position, step in enumerate(new.steps, start=1)
    )
