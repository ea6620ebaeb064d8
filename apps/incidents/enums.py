"""Choices of incidents and contingency plans 突发事件与应急预案 (CMP-8), and what their events are called."""

from django.utils.translation import gettext_lazy as _

from apps.core.choices import ColourChoices
from apps.sla.kinds import Timed


class PlanKind(ColourChoices):
    """What goes wrong."""

    EQUIPMENT = "equipment", _("Equipment failure"), "amber"
    STAFF = "staff", _("Short of staff"), "amber"
    WEATHER = "weather", _("Weather"), "blue"
    ROAD = "road", _("Road closure"), "amber"
    SYSTEM = "system", _("System failure"), "purple"
    SAFETY = "safety", _("Safety"), "red"
    OTHER = "other", _("Something else"), "grey"


class Level(ColourChoices):
    """Who runs it: the project manager, or a head-office group of several departments."""

    GENERAL = "general", _("General incident"), "amber"
    SPECIAL = "special", _("Special"), "red"


class IncidentState(ColourChoices):
    DECLARED = "declared", _("Declared, running"), "red"
    STABLE = "stable", _("Stable"), "amber"
    OVER = "over", _("Over"), "teal"
    CLOSED = "closed", _("Closed"), "green"
    WITHDRAWN = "withdrawn", _("False alarm"), "grey"


RUNNING = (IncidentState.DECLARED, IncidentState.STABLE)


class Seat(ColourChoices):
    """What somebody does in an incident, or is asked to by a step of a plan."""

    COMMAND = "command", _("Command"), "red"
    ON_THE_SPOT = "on_the_spot", _("On the spot"), "amber"
    OPERATIONS = "operations", _("Operations desk"), "blue"
    MARKET = "market", _("Market"), "blue"
    FINANCE = "finance", _("Finance"), "blue"
    BRANCHES = "branches", _("Branches"), "blue"
    CUSTOMERS = "customers", _("Word to customers"), "teal"
    RECORDS = "records", _("Records"), "grey"


# The departments of a head-office group; so many of them must be there before a special incident is stable.
DEPARTMENTS = (Seat.OPERATIONS, Seat.MARKET, Seat.FINANCE, Seat.BRANCHES)
DEPARTMENTS_NEEDED = 3


class Leg(ColourChoices):
    """Which part of the way is concerned."""

    PICKUP = "pickup", _("Pickup"), "grey"
    TRANSIT = "transit", _("Line-haul"), "blue"
    DELIVERY = "delivery", _("Delivery"), "teal"


class Why(ColourChoices):
    """Why a shipment is concerned."""

    PICKED_UP_THERE = "picked_up_there", _("is to be picked up there"), "grey"
    LEAVES_THERE = "leaves_there", _("is to leave from there"), "blue"
    ON_THE_WAY_THERE = "on_the_way_there", _("is on its way there"), "blue"
    DELIVERED_THERE = "delivered_there", _("is to be delivered there"), "teal"
    PASSES_THERE = "passes_there", _("was last seen there, on its way"), "purple"
    OF_UNIT = "of_unit", _("is handled by the unit"), "amber"
    OF_PARTNER = "of_partner", _("is carried by the partner"), "amber"
    EVERYWHERE = "everywhere", _("the whole country is concerned"), "red"


class Effect(ColourChoices):
    """What becomes of promises."""

    EXTENDED = "extended", _("Extended by hours"), "amber"
    HELD = "held", _("Held; the new time follows once it is over"), "purple"


class StepKind(ColourChoices):
    """What a step is for; those of the law have their own limit whatever a plan says."""

    ORDINARY = "ordinary", _("Step"), "grey"
    AUTHORITY = "authority", _("Report to the postal authority"), "red"
    PUBLIC_NOTICE = "public_notice", _("Notice to the public"), "red"
    NEXT_WORD = "next_word", _("Next word to customers"), "teal"


class NoticeKind(ColourChoices):
    FIRST = "first", _("First notice"), "blue"
    FURTHER = "further", _("Further news"), "teal"
    OVER = "over", _("It is over"), "green"
    WITHDRAWN = "withdrawn", _("False alarm"), "grey"


class RecipientState(ColourChoices):
    """How far the word to one customer or consignee came, the furthest of all channels."""

    QUEUED = "queued", _("Queued"), "grey"
    FAILED = "failed", _("Not delivered"), "red"
    TO_CALL = "to_call", _("To be called"), "amber"
    SENT = "sent", _("Sent"), "blue"
    REACHED = "reached", _("Reached"), "green"


class OnSite(ColourChoices):
    """What became of a notice to the public."""

    WAITING = "waiting", _("Goes up within a minute"), "amber"
    SHOWN = "shown", _("On the site now"), "green"
    ENDED = "ended", _("Its time on the site is over"), "grey"
    REPLACED = "replaced", _("Replaced by a newer notice"), "grey"
    TAKEN_OFF = "taken_off", _("Taken off the site"), "grey"
    NEVER = "never", _("Never came onto the site"), "grey"


class IncidentMatter(ColourChoices):
    """What of incidents is timed."""

    COMMAND = "incident_command", _("Incident without a commander"), "red"
    TASK = "incident_task", _("Step of an incident"), "amber"
    DRILL = "drill", _("Drill"), "blue"
    PLAN_REVIEW = "plan_review", _("Review of a contingency plan"), "grey"


_SEEN = "incidents.view_incident"
MATTER_KINDS = {
    IncidentMatter.COMMAND: Timed(seen_with=_SEEN),
    IncidentMatter.TASK: Timed(seen_with=_SEEN),
    IncidentMatter.DRILL: Timed(seen_with="incidents.view_plan"),
    IncidentMatter.PLAN_REVIEW: Timed(seen_with="incidents.view_plan"),
}
EVENT_KINDS = {
    "incident.declared": _("Incident declared"),
    "incident.extended": _("Incident extended"),
    "incident.spread": _("Shipments of the incident held"),
    "incident.joined": _("Shipments came in later"),
    "incident.seat_taken": _("Seat in the incident taken"),
    "incident.seat_left": _("Seat in the incident left"),
    "incident.without_command": _("Incident without a commander"),
    "incident.notice_sent": _("Notice to customers"),
    "incident.announced": _("Notice to the public"),
    "incident.stable": _("Incident stable"),
    "incident.over": _("Incident over, shipments released"),
    "incident.closed": _("Incident closed"),
    "incident.withdrawn": _("Incident withdrawn: false alarm"),
    "incident.told": _("Told of an incident"),
    "incident.called": _("Called about an incident"),
    "incidenttask.done": _("Step of an incident done"),
    "incidenttask.given": _("Step of an incident given to a colleague"),
    "plan.written": _("Contingency plan written"),
    "plan.reviewed": _("Contingency plan reviewed"),
    "drill.planned": _("Drill planned"),
    "drill.held": _("Drill held"),
}
EVENT_VALUES: dict[str, type[ColourChoices]] = {
    "incident.seat_taken/seat": Seat,
    "incident.seat_left/seat": Seat,
    "incident.notice_sent/kind": NoticeKind,
}
EVENT_DETAILS = {
    **{
        f"incident.{kind}/shipments": _("Shipments")
        for kind in ("declared", "extended", "spread", "joined", "over", "withdrawn")
    },
    **{
        f"incident.{kind}/taken_off": _("Public notices taken off the site")
        for kind in ("over", "closed", "withdrawn")
    },
    "incident.declared/customers": _("Customers"),
    "incident.extended/customers": _("Customers"),
    "incident.seat_taken/seat": _("Seat"),
    "incident.seat_taken/holder": _("Person"),
    "incident.seat_left/seat": _("Seat"),
    "incident.seat_left/holder": _("Person"),
    "incident.notice_sent/n": _("Notice"),
    "incident.announced/n": _("Notice"),
    "incident.notice_sent/kind": _("Kind of notice"),
    "incident.called/reached": _("Reached"),
    "drill.held/findings": _("Findings"),
    "incidenttask.done/proof": _("Proof"),
    "plan.written/n": _("version"),
}
EVENT_ROWS = ("recipient", "scope")
