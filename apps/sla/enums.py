"""Choices of the sla floor: by what is timed, from which facts, and who is notified. What is timed, the
apps above say (``kinds``)."""

from django.utils.translation import gettext_lazy as _

from apps.core.choices import ColourChoices


class MatterState(ColourChoices):
    OPEN = "open", _("Open"), "blue"
    CLOSED = "closed", _("Closed"), "green"
    # Merged, cancelled or taken over as finished: for good.
    STOPPED = "stopped", _("Stopped"), "grey"


class Metric(ColourChoices):
    """What is measured (CMP-2, ORD-5); which fact meets it says ``MET_BY``."""

    HAND_OVER = "hand_over", _("Handed to the team"), "grey"
    REPORT = "report", _("Internal report"), "grey"
    FIRST_WORD = "first_word", _("First word to the customer"), "blue"
    RESPONSE = "response", _("Response"), "blue"
    PLAN_REPLY = "plan_reply", _("Plan and reply"), "blue"
    SOLUTION = "solution", _("Solution"), "teal"
    FEEDBACK = "feedback", _("Feedback at the latest"), "teal"
    LEGAL = "legal", _("Legal limit"), "red"
    AUTHORITY = "authority", _("Answer to the postal authority"), "red"
    ORDER_PROCESSING = "order_processing", _("Order processed"), "teal"
    FOLLOW_UP = "follow_up", _("Follow-up"), "teal"
    PROMISE = "promise", _("Promise"), "purple"
    PAPERWORK = "paperwork", _("Paperwork"), "amber"
    ACTION = "action", _("Action"), "amber"


class FactKind(ColourChoices):
    HANDED_OVER = "handed_over", _("Handed to the team"), "grey"
    REPORTED = "reported", _("Reported internally"), "grey"
    SPOKEN = "spoken", _("Spoken with the customer"), "blue"
    RESPONDED = "responded", _("Responded"), "blue"
    PLANNED = "planned", _("Plan told to the customer"), "blue"
    SOLVED = "solved", _("Solved"), "green"
    FED_BACK = "fed_back", _("Feedback given"), "green"
    PROCESSED = "processed", _("Processed"), "green"
    DONE = "done", _("Done"), "green"
    AUTHORITY_ANSWERED = "authority_answered", _("Postal authority answered"), "green"


class IntervalKind(ColourChoices):
    """Times that may pause a clock, if its target says so."""

    WAITING_CUSTOMER = "waiting_customer", _("Waiting for the customer"), "purple"
    WAITING_PARTNER = "waiting_partner", _("Waiting for a partner"), "purple"
    ON_HOLD = "on_hold", _("On hold"), "grey"
    CLOSED = "closed", _("Closed"), "green"


class ClockState(ColourChoices):
    RUNNING = "running", _("Running"), "blue"
    PAUSED = "paused", _("Paused"), "purple"
    MET = "met", _("Done"), "green"
    STOPPED = "stopped", _("Stopped"), "grey"


class OnReopen(ColourChoices):
    """What becomes of a target's clock when its matter is opened again."""

    RESTART = "restart", _("A new clock starts"), "blue"
    KEEP = "keep", _("The clock goes on; the closed time does not count"), "teal"
    NONE = "none", _("Nothing"), "grey"


class CountsFrom(ColourChoices):
    """Where the time begins when a target comes to apply to a matter that is open already."""

    OPENING = "opening", _("from the opening"), "grey"
    APPLYING = "applying", _("from when it came to apply"), "amber"


class Whom(ColourChoices):
    OWNER = "owner", _("The owner"), "blue"
    ROLE = "role", _("A role"), "purple"
    UNIT_LEAD = "unit_lead", _("Who leads the unit"), "purple"


class TellBy(ColourChoices):
    """The ways of notifying staff; names of the channels two floors up."""

    IN_APP = "in_app", _("In the back office"), "grey"
    EMAIL = "email", _("E-mail"), "purple"
    SMS = "sms", _("SMS"), "blue"
    WECHAT = "wechat", _("WeChat"), "green"
    WECOM = "wecom", _("WeCom"), "teal"
    DINGTALK = "dingtalk", _("DingTalk"), "blue"
    FEISHU = "feishu", _("Feishu"), "purple"
    PHONE = "phone", _("Phone call by a person"), "amber"


class OffHours(ColourChoices):
    SAME = "same", _("As always"), "grey"
    # CMP-2: a call now and the e-mail by 09:00 on the next working day.
    CALL_THEN_MAIL = "call_then_mail", _("A call now, the e-mail on the next working day"), "amber"


class DayKind(ColourChoices):
    """What makes a dated day different from the week."""

    HOLIDAY = "holiday", _("Holiday"), "red"
    WORKDAY = "workday", _("Make-up working day"), "blue"
    HALF_DAY = "half_day", _("Hours of its own"), "amber"


EVENT_KINDS = {
    "calendar.added": _("Working calendar made"),
    "calendar.week_changed": _("Working hours changed"),
    "calendar.days_added": _("Days entered"),
    "calendar.day_removed": _("Day removed"),
    "calendar.year_imported": _("Official list of the year taken in"),
    "calendar.year_missing": _("Official list of the year missing"),
    "clock.warned": _("Clock: warning"),
    "clock.overdue": _("Clock: overdue"),
    "clock.escalated": _("Clock: escalated"),
    "clock.due_moved": _("Clock: due time moved"),
    "clock.start_moved": _("Clock: start corrected"),
    "clock.fact_corrected": _("Clock: time of an act corrected"),
    "clock.promised": _("Promised"),
    "clock.promise_carried": _("Promise taken over"),
    "clock.promise_kept": _("Promise kept"),
    "clock.promise_dropped": _("Promise dropped"),
    "policy.created": _("Policy made"),
    "policy.published": _("New version published"),
    "policy.retired": _("Policy retired"),
}
EVENT_VALUES = {
    "metric": Metric,
    "late_now": Metric,
    "cleared": Metric,
    "clock.fact_corrected/fact": FactKind,
    "channels": TellBy,
}
# What the details of events are called: everywhere, or ("kind/detail") in events of one kind.
EVENT_DETAILS = {
    "calendar": _("Working calendar"),
    "channels": _("Told by"),
    "cleared": _("Not overdue any more"),
    "day": _("Day"),
    "days": _("Days"),
    "due_at": _("Due"),
    "late_now": _("Overdue by this"),
    "late_seconds": _("Overdue by"),
    "mail_by": _("E-mail by"),
    "metric": _("what"),
    "off_hours": _("Outside working hours"),
    "source": _("Source"),
    "step": _("Step"),
    "version": _("Version"),
    "week": _("Week"),
    "year": _("Year"),
    "zone": _("Time zone"),
    "calendar.added/code": _("Code"),
    "clock.escalated/at": _("Time of the step"),
    "clock.escalated/title": _("Matter"),
    "clock.overdue/at": _("Time of the step"),
    "clock.overdue/title": _("Matter"),
    "clock.warned/at": _("Time of the step"),
    "clock.warned/title": _("Matter"),
    "clock.fact_corrected/fact": _("what"),
    "clock.promise_carried/due_at": _("Due"),
    "clock.promise_carried/label": _("Promise"),
    "clock.promised/due_at": _("Due"),
    "clock.promised/label": _("Promise"),
}
# Numbers of rows, which say nothing to a person.
EVENT_ROWS = ("clock", "owner")


# Explaining the plan is also an answer, and an answer is also a first reply to the customer.
MET_BY: dict[str, frozenset[str]] = {
    Metric.HAND_OVER: frozenset({FactKind.HANDED_OVER}),
    Metric.REPORT: frozenset({FactKind.REPORTED}),
    Metric.FIRST_WORD: frozenset(
        {FactKind.SPOKEN, FactKind.RESPONDED, FactKind.PLANNED, FactKind.FED_BACK, FactKind.SOLVED}
    ),
    Metric.RESPONSE: frozenset(
        {FactKind.RESPONDED, FactKind.PLANNED, FactKind.FED_BACK, FactKind.SOLVED}
    ),
    Metric.PLAN_REPLY: frozenset({FactKind.PLANNED, FactKind.SOLVED}),
    Metric.SOLUTION: frozenset({FactKind.SOLVED}),
    Metric.FEEDBACK: frozenset({FactKind.FED_BACK, FactKind.SOLVED}),
    Metric.LEGAL: frozenset({FactKind.SOLVED}),
    Metric.AUTHORITY: frozenset({FactKind.AUTHORITY_ANSWERED}),
    Metric.ORDER_PROCESSING: frozenset({FactKind.PROCESSED}),
    Metric.FOLLOW_UP: frozenset({FactKind.DONE}),
    Metric.PROMISE: frozenset(),
    Metric.PAPERWORK: frozenset({FactKind.DONE}),
    Metric.ACTION: frozenset({FactKind.DONE}),
}
# Opening a matter starts a clock for each target of its policy, but for these: somebody makes them.
SELF_STARTING = frozenset(Metric.values) - {Metric.PROMISE}
