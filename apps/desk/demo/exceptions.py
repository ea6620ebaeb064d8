"""Exceptions in every state, with chases, corrective actions and two review meetings."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from apps.complaints.models import Case, CauseNode
from apps.desk.demo.people import Cast
from apps.quality import services
from apps.quality.enums import ExceptionKind, ExceptionState, FoundBy
from apps.quality.inputs import NewException, Verdict
from apps.quality.models import ChaseTask, ExceptionReport

HOUR = 60
# From here on: what a shipment's own exception has come to by now.
WAY = (
    ExceptionState.OPEN,
    ExceptionState.INVESTIGATING,
    ExceptionState.DECIDED,
    ExceptionState.ACTING,
    ExceptionState.CHECKED,
)
CAUSES = {
    ExceptionKind.LATE: "line-haul.late",
    ExceptionKind.STUCK: "sorting.backlog",
    ExceptionKind.DAMAGED: "sorting.rough",
    ExceptionKind.LOST: "delivery.wrong-person",
    ExceptionKind.MISROUTED: "sorting.wrong",
    ExceptionKind.REFUSED: "customer.refused",
}


@dataclass(frozen=True)
class Row:
    """``ago``: minutes before now when it was reported, ``late`` how long it was known by then.
    ``case``: the key of the case it is about."""

    ago: int
    late: int
    kind: ExceptionKind
    what: str
    state: ExceptionState
    found_by: FoundBy = FoundBy.OWN_CHECK
    case: str = ""
    harm: str = ""
    measures: str = ""
    cause: str = "sorting.rough"


ROWS = (
    Row(90 * HOUR, 3, ExceptionKind.BREACH, "派件员未上门即做签收扫描，客户两次投诉。", ExceptionState.CLOSED,
        FoundBy.DIRECT_COMPLAINT, "reopened", "客户流失风险", "站长上门致歉", "delivery.false-scan"),
    Row(76 * HOUR, 2, ExceptionKind.OTHER, "手持终端批量离线，四十分钟内扫描未上传。", ExceptionState.CHECKED,
        measures="改用备用终端补扫", cause="sorting.backlog"),
    Row(70 * HOUR, 55, ExceptionKind.DAMAGED, "蜂蜜罐破损渗漏，污染同笼两票。", ExceptionState.DECIDED,
        FoundBy.DIRECT_COMPLAINT, "damaged", "赔付并污染两票", "隔离清洁，重新包装"),
    Row(50 * HOUR, 25, ExceptionKind.BREACH, "夜班装车未按规定绑扎，货物倒塌。", ExceptionState.ACTING,
        harm="三票外箱受损", measures="卸车重装，逐件检查", cause="line-haul.loading"),
    Row(28 * HOUR, 2, ExceptionKind.LOST, "中转后三天无扫描，两端均称未见。", ExceptionState.INVESTIGATING,
        FoundBy.DIRECT_COMPLAINT, "lost", "声明价值待核", "沿途各站盘点"),
    Row(12 * HOUR, 1, ExceptionKind.LATE, "干线车辆故障，整车晚点十小时。", ExceptionState.OPEN,
        FoundBy.DIRECT_COMPLAINT, "late", "", "换车接驳"),
    Row(5 * HOUR, 2, ExceptionKind.OTHER, "一票面单打印模糊。", ExceptionState.OPEN, measures="当场重打"),
)  # fmt: skip


def make_exceptions(cast: Cast, cases: dict[str, Case], now: datetime) -> None:
    """The shipments' own exceptions opened by themselves; people did something about them."""
    maker = _Maker(cast, now)
    for number, report in enumerate(ExceptionReport.objects.open().order_by("pk")):
        maker.go(report, WAY[number % len(WAY)], _soon_after(report, now))
    for row in ROWS:
        maker.open(row, cases.get(row.case))
    maker.answer_chases()
    maker.meet()


def _soon_after(report: ExceptionReport, now: datetime) -> datetime:
    return min(report.reported_at + timedelta(minutes=20), now)


class _Maker:
    def __init__(self, cast: Cast, now: datetime) -> None:
        self.cast, self.now = cast, now
        self.qc = cast["zhikong"]
        self.causes = {node.code: node.pk for node in CauseNode.objects.all()}
        self.to_close: list[ExceptionReport] = []

    def open(self, row: Row, case: Case | None) -> None:
        at = self.now - timedelta(minutes=row.ago)
        known = ExceptionReport.objects.open().filter(waybill=case.waybill) if case else None
        report = known.exclude(waybill=None).first() if known is not None else None
        if report is not None and case is not None:
            if row.state != ExceptionState.CLOSED and report.case_id != case.pk:
                services.link_case(exception_id=report.pk, case=case, by=self.qc, at=self.now)
            if row.state != ExceptionState.CLOSED:
                return
            case = None  # its shipment has one already, which is not over
        new = NewException(
            found_by=row.found_by,
            kind=row.kind,
            what=row.what,
            happened_at=at - timedelta(minutes=row.late + 40),
            known_at=at - timedelta(minutes=row.late),
            first_measures=row.measures,
            harm=row.harm,
            case=case,
            unit=None if case else self.cast.units["SHA"],
            owner=self.cast["wangfang"],
        )
        report = services.open_exception(new=new, by=self.cast["linzhuren"], at=at)
        if row.state == ExceptionState.OPEN and not (row.harm or case):
            services.put_right(
                exception_id=report.pk, line=f"{row.what}{row.measures}。",
                by=self.cast["linzhuren"], at=at + timedelta(minutes=6),
            )  # fmt: skip
            return
        self.go(report, row.state, at + timedelta(minutes=30), cause=row.cause)

    def go(
        self, report: ExceptionReport, to: ExceptionState, at: datetime, cause: str = ""
    ) -> None:
        """To the state wanted, an hour at a time, never beyond now."""
        kind = ExceptionKind(report.kind)
        code = cause or CAUSES.get(kind, "sorting.backlog")
        far = [*WAY, ExceptionState.CLOSED].index(to)
        if far >= 1:
            services.investigate_exception(exception_id=report.pk, by=self.qc, at=at)
            services.note_findings(
                exception_id=report.pk,
                text="已调取监控和交接记录，当班人员已谈话。",
                by=self.qc,
                at=at,
            )
        if far >= 2:
            verdict = Verdict(
                self.causes[code], "班前会通报，按制度处理。", self.cast.units["SHA-FC"]
            )
            services.decide_exception(
                exception_id=report.pk, verdict=verdict, by=self.qc, at=self._later(at, 2)
            )
        if far >= 3:
            self._act(report, done=far >= 4, at=self._later(at, 3))
        if far >= 4:
            services.check_exception(
                exception_id=report.pk, note="", by=self.qc, at=self._later(at, 20)
            )
        if far >= 5:
            self.to_close.append(report)

    def _later(self, at: datetime, hours: float) -> datetime:
        return min(at + timedelta(hours=hours), self.now)

    def _act(self, report: ExceptionReport, *, done: bool, at: datetime) -> None:
        action = services.add_action(
            exception_id=report.pk,
            what="每班抽查十票，拍照留存"
            if report.kind != ExceptionKind.BREACH
            else "每车装完由班长拍照确认",
            owner=self.cast["huoyun"],
            due_at=at + timedelta(hours=26),
            by=self.qc,
            at=at,
        )
        if not done:
            return
        services.finish_action(
            action_id=action.pk, result="已连续执行两班",
            by=self.cast["huoyun"], at=self._later(at, 6),
        )  # fmt: skip
        services.check_action(
            action_id=action.pk, worked=True, note="抽查二十票无异常",
            by=self.qc, at=self._later(at, 12),
        )  # fmt: skip

    def answer_chases(self) -> None:
        """Every third question is still open; by now some of those are overdue."""
        chases = ChaseTask.objects.open().order_by("pk")
        for number, chase in enumerate(chases):
            if number % 3 == 0:
                continue
            at = min(chase.due_at - timedelta(minutes=15), self.now)
            services.answer_chase(
                chase_id=chase.pk, answer="已查到货物，安排最近一班配载发出。",
                by=self.cast["yunying"], at=at,
            )  # fmt: skip

    def meet(self) -> None:
        """One review was held and closes what it reviewed; the next is on the calendar."""
        people = [self.cast[name] for name in ("zhikong", "jingli", "linzhuren", "huoyun")]
        held = services.plan_meeting(
            title="上周异常评审会", unit=self.cast.units["SHA"],
            planned_for=self.now - timedelta(hours=26),
            exception_ids=[report.pk for report in self.to_close], people=people,
            by=self.qc, at=self.now - timedelta(hours=60),
        )  # fmt: skip
        services.hold_meeting(
            meeting_id=held.pk,
            minutes="一、虚假签收按零容忍处理，站长连带。\n二、派送前必须电话联系，由调度抽查录音。\n三、下周复查整改。",
            conclusions={r.pk: "整改有效，可以关闭；列入新人培训案例" for r in self.to_close},
            by=self.qc, at=self.now - timedelta(hours=25),
        )  # fmt: skip
        for report in self.to_close:
            services.close_exception(
                exception_id=report.pk, by=self.qc, at=self.now - timedelta(hours=24)
            )
        serious = ExceptionReport.objects.open().filter(is_serious=True).order_by("pk")
        services.plan_meeting(
            title="本周异常评审会", unit=self.cast.units["SHA"],
            planned_for=self.now + timedelta(hours=22),
            exception_ids=[report.pk for report in serious[:6]], people=people,
            by=self.qc, at=self.now - timedelta(hours=2),
        )  # fmt: skip
