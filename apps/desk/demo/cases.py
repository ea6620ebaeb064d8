"""Cases in every class, severity, channel and state; some clocks are overdue, some nearly so."""

from collections.abc import Callable
from datetime import datetime, timedelta
from random import Random
from typing import Any

from apps.accounts.enums import Language
from apps.accounts.models import User
from apps.accounts.queries import public_user
from apps.complaints import services
from apps.complaints.enums import CaseChannel, CaseClass, CaseState, EntryKind
from apps.complaints.inputs import NewCase, NewMessage
from apps.complaints.models import Case, CauseNode
from apps.core.masking import mask_name
from apps.desk.demo.case_rows import ROWS, Row, Step
from apps.desk.demo.orders import Shipped
from apps.desk.demo.people import Cast
from apps.tracking.models import Waybill

UNIT = "SHA"
SPOKEN = {CaseChannel.PHONE, CaseChannel.IN_PERSON, CaseChannel.OWN_CHECK}


def make_cases(cast: Cast, shipped: list[Shipped], rng: Random, now: datetime) -> dict[str, Case]:
    """A week of them, each played from its opening to where it stands; those that exceptions are
    about by their keys."""
    own = [one for one in shipped if one.waybill.customer.unit.code == UNIT]
    teller = _Teller(cast, own, rng, now)
    for row in ROWS:
        teller.tell(row)
    date_cases(teller.opened)
    return teller.known


def date_cases(opened: dict[int, datetime]) -> None:
    """The column says when a row was made; here it was made when the customer called."""
    rows = list(Case.objects.filter(pk__in=opened))
    for row in rows:
        row.created_at = opened[row.pk]
    Case.objects.bulk_update(rows, ["created_at"])


class _Teller:
    def __init__(self, cast: Cast, shipped: list[Shipped], rng: Random, now: datetime) -> None:
        self.cast, self.shipped, self.rng, self.now = cast, shipped, rng, now
        self.public = public_user()
        # The same in all they do: what somebody may see is read once.
        self.people = {user.pk: user for user in cast.users.values()}
        self.causes = {node.code: node for node in CauseNode.objects.all()}
        self.opened: dict[int, datetime] = {}
        self.known: dict[str, Case] = {}
        self.used: set[int] = set()
        waybills = Waybill.objects.filter(pk__in=[one.waybill.pk for one in shipped])
        self.arrived = dict(waybills.values_list("pk", "delivered_at"))

    def tell(self, row: Row) -> None:
        at = self.now - timedelta(minutes=row.ago)
        by = self.cast["wangfang"] if row.by in SPOKEN else self.public
        case = services.open_case(new=self._new(row, at), by=by, at=at).case
        self.opened[case.pk] = at
        if row.key:
            self.known[row.key] = case
        for step in row.steps:
            self._play(case, step, at + timedelta(minutes=step[0]))

    def _new(self, row: Row, at: datetime) -> NewCase:
        one = self._shipment(row.about, at)
        digits = f"{self.rng.randrange(10**8):08d}"
        written = row.by in (CaseChannel.EMAIL, CaseChannel.API)
        return NewCase(
            case_class=CaseClass(row.kind),
            channel=CaseChannel(row.by),
            description=row.text,
            waybill=one.waybill if one else None,
            unit=None if one else self.cast.units[UNIT],
            contact_name=row.name,
            author_label="" if row.by in SPOKEN else mask_name(row.name),
            contact_phone="" if written or not row.name else f"139{digits}",
            contact_email=f"guest{digits[:4]}@mail.example" if written else "",
            language=Language.ENGLISH if row.english else Language.CHINESE,
        )

    def _shipment(self, about: str, at: datetime) -> Shipped | None:
        """The newest of that kind, each once; none where the week has none left."""
        for one in reversed(self.shipped):
            pk = one.waybill.pk
            delivered = self.arrived[pk]
            fits = {
                "moving": delivered is None or delivered > at,
                "stuck": delivered is None,
                "delivered": delivered is not None and delivered < at,
            }
            known = one.confirmed_at < at - timedelta(hours=6) and pk not in self.used
            if known and fits.get(about, False):
                self.used.add(pk)
                return one
        return None

    # --- what is done -------------------------------------------------------------------------
    def _play(self, case: Case, step: Step, at: datetime) -> None:
        _minutes, act, text, *more = step
        case.refresh_from_db(fields=["owner", "state"])
        acts: dict[str, Callable[..., Any]] = {
            "hear": self._hear,
            "reply": self._reply,
            "call": self._call,
            "report": self._report,
            "plan": self._plan,
            "promise": self._promise,
            "solve": self._solve,
            "confirm": self._confirm,
            "answer": self._answer,
            "merge": self._merge,
            "take": self._take,
        }
        if act in acts:
            acts[act](case, text, *more, at=at)
        else:
            self._plain(case, act, text, at)

    def _agent(self, case: Case) -> User:
        return self.people.get(case.owner_id or 0) or self.cast["wangfang"]

    def _plain(self, case: Case, act: str, text: str, at: datetime) -> None:
        given: dict[str, Any] = {"case_id": case.pk, "by": self._agent(case), "at": at}
        plain: dict[str, tuple[Callable[..., Any], str]] = {
            "note": (services.add_note, "text"),
            "wait": (services.wait_for_customer, "reason"),
            "cancel": (services.cancel_case, "reason"),
            "close": (services.close_case, "note"),
            "ask": (services.ask_satisfaction, ""),
            "withdraw": (services.withdraw_case, "reason"),
        }
        work, word = plain[act]
        work(**given, **({word: text} if word else {}))

    def _take(self, case: Case, _text: str, *, at: datetime) -> None:
        if case.state == CaseState.NEW:
            services.take_case(case_id=case.pk, by=self._agent(case), at=at)

    def _hear(self, case: Case, text: str, *, at: datetime) -> None:
        who = mask_name(case.contact_name)
        message = NewMessage(
            EntryKind.MESSAGE_IN, text, CaseChannel(case.channel), author_label=who
        )
        services.add_message(case_id=case.pk, message=message, by=self.public, at=at)

    def _reply(self, case: Case, text: str, *, at: datetime) -> None:
        message = NewMessage(EntryKind.MESSAGE_OUT, text, CaseChannel(case.channel))
        services.add_message(case_id=case.pk, message=message, by=self._agent(case), at=at)

    def _call(self, case: Case, text: str, *, at: datetime) -> None:
        services.log_call(
            case_id=case.pk, incoming=False, reached=True, text=text, by=self._agent(case), at=at
        )

    def _report(self, case: Case, text: str, *, at: datetime) -> None:
        services.record_report(
            case_id=case.pk, channel=CaseChannel.PHONE, note=text, by=self._agent(case), at=at
        )

    def _plan(self, case: Case, text: str, *, at: datetime) -> None:
        services.reply_plan(
            case_id=case.pk, text=text, channel=_heard_by(case), by=self._agent(case), at=at
        )

    def _promise(self, case: Case, text: str, minutes: int, *, at: datetime) -> None:
        due = self.now + timedelta(minutes=minutes)
        services.make_promise(case_id=case.pk, due_at=due, label=text, by=self._agent(case), at=at)

    def _solve(self, case: Case, text: str, outcome: Any, cause: str, *, at: datetime) -> None:
        services.solve_case(
            case_id=case.pk, solution=text, outcome=outcome, cause=self.causes.get(cause),
            channel=_heard_by(case), by=self._agent(case), at=at,
        )  # fmt: skip

    def _confirm(self, case: Case, text: str, score: int, *, at: datetime) -> None:
        services.confirm_result(
            case_id=case.pk, score=score, comment=text, by=self._agent(case), at=at
        )

    def _answer(self, case: Case, text: str, score: int, *, at: datetime) -> None:
        ask = case.satisfaction_asks.get(answered_at__isnull=True)
        services.answer_satisfaction(
            ask_id=ask.pk, score=score, comment=text, by=self.public, at=at
        )

    def _merge(self, case: Case, _text: str, into: str, *, at: datetime) -> None:
        target = self.known[into]
        services.merge_cases(source_id=case.pk, target_id=target.pk, by=self._agent(target), at=at)


def _heard_by(case: Case) -> CaseChannel:
    channel = CaseChannel(case.channel)
    return CaseChannel.PHONE if channel in SPOKEN else channel
