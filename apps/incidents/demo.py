"""Incidents in the demonstration: snow that closes Hangzhou's line-haul since this morning, with two notices and one
customer whom only a call reaches; a sorting line that failed, closed and reviewed; a drill that is overdue."""

from datetime import datetime, timedelta
from types import SimpleNamespace

from apps.accounts.models import Unit, User
from apps.complaints.models import CauseNode
from apps.core.database import without_savepoints
from apps.events.models import Event
from apps.incidents import services
from apps.incidents.enums import Effect, Level, PlanKind, Seat
from apps.incidents.inputs import NewIncident, NewStep, Where
from apps.incidents.models import Incident, NoticeRecipient, Plan, PlanVersion
from apps.quality import services as quality
from apps.quality.inputs import Verdict

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
MONTHS = 30 * DAY
SNOW = (
    NewStep(Seat.COMMAND, "通知车队停发，在途车辆就近停靠", 15),
    NewStep(Seat.ON_THE_SPOT, "上报路面、车辆和货物情况", 30, needs_proof=True),
    NewStep(Seat.CUSTOMERS, "核对未送达的客户，逐一电话告知", 120),
)
SORTER = (
    NewStep(Seat.ON_THE_SPOT, "停机挂牌，转人工分拣", 10),
    NewStep(Seat.OPERATIONS, "调备用线或分流到邻近中心", 30),
    NewStep(Seat.RECORDS, "记录停机和恢复时间", 60, needs_proof=True),
)
# code, name, kind, steps, text, months ago: the second was to be practised a month ago.
PLANS = (
    ("snow", "冰雪天气干线中断预案", PlanKind.WEATHER, SNOW, "受冰雪天气影响，干线停运，快件将延后送达。",
     "Snow and ice close the roads; parcels will be late.", 2),
    ("sorter", "分拣设备故障预案", PlanKind.EQUIPMENT, SORTER, "分拣设备故障，快件将延后发出。",
     "A sorting line has failed; parcels leave later.", 7),
)  # fmt: skip
_PEOPLE = ("jingli", "linzhuren", "huoyun", "diaodu", "zhikong", "yunying")


def make_incidents(*, seed: int, now: datetime) -> None:
    """All or nothing. Nothing of it is left to chance, so ``seed`` changes nothing."""
    with without_savepoints():
        _make(now)


def _make(now: datetime) -> None:
    people = {user.username: user for user in User.objects.filter(username__in=_PEOPLE)}
    units = {unit.code: unit for unit in Unit.objects.filter(code__in=("SHA", "CAN-FC"))}
    plans = {
        code: services.write_plan(
            values={"code": code, "name": name, "kind": kind, "level": Level.GENERAL, "review_months": 12},
            unit=units["SHA"], text_zh=text_zh, text_en=text_en, steps=steps, drill_months=6,
            update_minutes=240, by=people["jingli"], at=now - months * MONTHS,
        )
        for code, name, kind, steps, text_zh, text_en, months in PLANS
    }  # fmt: skip
    _drill(plans["snow"].plan, people, now - 20 * DAY)
    _sorting_line(plans["sorter"], units["CAN-FC"], people, now - 9 * DAY)
    _snow(plans["snow"], units["SHA"], people, now)


def _drill(plan: Plan, people: dict[str, User], at: datetime) -> None:
    """Held with one finding, which is an exception with a corrective action to come."""
    services.hold_drill(
        drill_id=plan.drills.get().pk, people=[people["huoyun"], people["diaodu"]],
        minutes=[12, 41, 95], findings=["现场上报超时：夜班没有防滑链，出车耽误。"],
        note="桌面推演加一台车实地。", by=people["jingli"], at=at,
    )  # fmt: skip


def _sorting_line(version: PlanVersion, unit: Unit, people: dict[str, User], at: datetime) -> None:
    """Two and a half hours of an evening; decided, with an action, reviewed and closed."""
    boss, qc = people["jingli"], people["zhikong"]
    incident = services.declare_incident(
        new=NewIncident(
            title="广州货运中心分拣线停机", title_en="The sorting line at Guangzhou has failed",
            kind=PlanKind.EQUIPMENT, level=Level.GENERAL, unit=unit, version=version,
            where=Where(at - HOUR / 4, at + 6 * HOUR, units=[unit.pk]), effect=Effect.HELD,
            happened_at=at - HOUR / 3, known_at=at - HOUR / 4, text_zh=version.text_zh,
            text_en=version.text_en,
            seats={Seat.COMMAND: boss, Seat.ON_THE_SPOT: people["yunying"]},
        ),
        by=boss,
        at=at,
    )  # fmt: skip
    services.work_incidents(at=at)
    for n, task in enumerate(incident.tasks.exclude(kind="next_word"), start=1):
        services.finish_task(
            task_id=task.pk, proof="设备日志、现场照片", by=boss, at=at + n * HOUR / 4
        )
    services.mark_stable(incident_id=incident.pk, by=boss, at=at + HOUR)
    services.end_incident(incident_id=incident.pk, by=boss, at=at + 2.5 * HOUR)
    services.work_incidents(at=at + 2.5 * HOUR)
    _reviewed(incident, boss, qc, at + DAY)
    services.close_incident(incident_id=incident.pk, by=boss, at=at + 3 * DAY)


def _reviewed(incident: Incident, boss: User, qc: User, at: datetime) -> None:
    pk = incident.exception_id
    quality.investigate_exception(exception_id=pk, by=qc, at=at)
    cause = CauseNode.objects.filter(is_active=True, code__startswith="delivery").order_by("code")
    verdict = Verdict(
        cause_id=cause[0].pk,
        unit=incident.unit,
        decision="皮带电机老化未按期更换，责任在货运中心。",
    )
    quality.decide_exception(exception_id=pk, verdict=verdict, by=qc, at=at + HOUR)
    quality.add_action(
        exception_id=pk, what="分拣线电机纳入月度点检，备件常备两台", owner=boss,
        due_at=at + 30 * DAY, by=qc, at=at + HOUR,
    )  # fmt: skip
    meeting = quality.plan_meeting(
        title="分拣线停机复盘", unit=incident.unit, planned_for=at + DAY, exception_ids=[pk],
        people=[boss], by=qc, at=at + 2 * HOUR,
    )  # fmt: skip
    quality.hold_meeting(
        meeting_id=meeting.pk, minutes="处置用时达标，备件不足是主因。",
        conclusions={pk: "点检和备件两项整改，下月复查"}, by=qc, at=at + DAY + HOUR,
    )  # fmt: skip


def _snow(version: PlanVersion, unit: Unit, people: dict[str, User], now: datetime) -> None:
    """Declared three hours ago; an hour ago a second notice."""
    boss, at = people["jingli"], now - 3 * HOUR
    incident = services.declare_incident(
        new=NewIncident(
            title="杭州大雪，干线停运", title_en="Snow closes the line-haul at Hangzhou",
            kind=PlanKind.WEATHER, level=Level.GENERAL, unit=unit, version=version,
            where=Where(at - HOUR, now + 44 * HOUR, cities=["杭州"]), effect=Effect.EXTENDED,
            extra_hours=24, happened_at=at - 2 * HOUR, known_at=at - HOUR / 2, is_blocked=True,
            text_zh="杭州今晨大雪，进出杭州的干线停运，快件预计晚到约 24 小时，深表歉意。",
            text_en="Snow closes the roads to and from Hangzhou; parcels will be about 24 hours late. We apologise.",
            seats={Seat.COMMAND: boss, Seat.ON_THE_SPOT: people["huoyun"], Seat.CUSTOMERS: people["linzhuren"]},
        ),
        by=boss,
        at=at,
    )  # fmt: skip
    services.work_incidents(at=at + HOUR / 60)
    first = incident.tasks.get(n=1)
    services.finish_task(task_id=first.pk, proof="车队调度群已确认", by=boss, at=at + HOUR / 5)
    services.announce(incident_id=incident.pk, until=now + 44 * HOUR, by=boss, at=at + HOUR)
    services.send_notice(
        incident_id=incident.pk, text_zh="杭绕高速正在除雪，预计今晚恢复发车，新的送达时间见查询页。",
        text_en="The ring road is being cleared; line-haul resumes tonight. See the newest times on your parcel's page.",
        by=boss, at=now - HOUR,
    )  # fmt: skip
    _reached(incident, now)


def _reached(incident: Incident, now: datetime) -> None:
    """What the providers answered: read by all but the last customer, whom only a call reaches."""
    rows = list(NoticeRecipient.objects.filter(notice__incident=incident, customer__isnull=False))
    last = rows[-1].customer_id if rows else None
    events = dict(
        Event.objects.filter(
            kind="incident.told", subject_type=NoticeRecipient._meta.label_lower,
            subject_id__in=[str(row.pk) for row in rows],
        ).values_list("subject_id", "pk")
    )  # fmt: skip
    moved = []
    for row in rows:
        channel, to = ("phone", "handed_over") if row.customer_id == last else ("wechat", "read")
        data = {"event": events.get(str(row.pk)), "channel": channel, "to": to}
        moved.append(SimpleNamespace(data=data, at=now - HOUR / 2))
    services.note_messages(moved)  # type: ignore[arg-type]  # as much of an event as it reads


PARTS = ((24, make_incidents),)
