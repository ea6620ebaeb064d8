"""Choices of the orders floor, each with the label and colour people see."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from apps.core.choices import ColourChoices
from apps.sla.kinds import Timed


class Channel(ColourChoices):
    """The ways an order arrives (ORD-1)."""

    PHONE = "phone", _("Phone"), "blue"
    EMAIL = "email", _("E-mail"), "teal"
    FAX = "fax", _("Fax"), "grey"
    SPREADSHEET = "spreadsheet", _("Spreadsheet"), "purple"
    API = "api", _("API"), "grey"
    WEB = "web", _("Web"), "teal"


class OrderStatus(ColourChoices):
    DRAFT = "draft", _("Draft"), "grey"
    AWAITING_READ_BACK = "awaiting_read_back", _("To be read back"), "amber"
    READY = "ready", _("Ready to confirm"), "blue"
    HELD = "held", _("On hold"), "amber"
    CONFIRMED = "confirmed", _("Confirmed"), "teal"
    IN_PROGRESS = "in_progress", _("Under way"), "blue"
    COMPLETED = "completed", _("Completed"), "green"
    CANCELLED = "cancelled", _("Cancelled"), "grey"


class VehicleType(ColourChoices):
    TRICYCLE = "tricycle", _("Cargo tricycle"), "grey"
    VAN = "van", _("Van"), "grey"
    TRUCK_4M2 = "truck_4m2", _("4.2 m truck"), "grey"
    TRUCK_6M8 = "truck_6m8", _("6.8 m truck"), "grey"
    TRUCK_9M6 = "truck_9m6", _("9.6 m truck"), "grey"
    REFRIGERATED = "refrigerated", _("Refrigerated truck"), "grey"


class TransportMode(ColourChoices):
    """How the goods travel between cities; it decides which prohibited lists apply (ORD-2)."""

    ROAD = "road", _("Road"), "grey"
    AIR = "air", _("Air"), "blue"
    RAIL = "rail", _("Rail"), "teal"


class ListScope(ColourChoices):
    """What kind of transport a list of prohibited goods is about."""

    ALL = "all", _("All transport"), "red"
    AIR = "air", _("Air only"), "amber"
    RAIL = "rail", _("Rail only"), "amber"


class CentreKind(ColourChoices):
    """Who executes a confirmed order (ORD-4)."""

    DISPATCH = "dispatch_centre", _("Dispatch centre"), "blue"
    FREIGHT = "freight_centre", _("Freight centre"), "teal"


class PrintKind(ColourChoices):
    WORK_ORDER = "work_order", _("Work order, A4"), "grey"
    LABEL = "label", _("Waybill label, 100 × 150 mm"), "grey"


class TaskStatus(ColourChoices):
    OPEN = "open", _("Open"), "amber"
    DONE = "done", _("Done"), "green"
    DROPPED = "dropped", _("Not needed"), "grey"


class TaskAnchor(ColourChoices):
    """What a follow-up task's due time is counted from (TRK-3)."""

    CONFIRMED = "confirmed", _("the confirmation"), "grey"
    DELIVERY_DUE = "delivery_due", _("the requested delivery"), "grey"
    DAILY = "daily", _("every day until the delivery"), "grey"
    STATUS = "status", _("a tracking status"), "grey"


class CountStatus(ColourChoices):
    """The day's number the customer says it sent, against the number received (ORD-1)."""

    MATCHED = "matched", _("Agrees"), "green"
    MISMATCH = "mismatch", _("Differs"), "red"
    RESOLVED = "resolved", _("Explained"), "grey"


class ClockStage(ColourChoices):
    """How a due time stands now (ORD-5)."""

    RUNNING = "running", _("Running"), "green"
    DUE_SOON = "due_soon", _("Due soon"), "amber"
    OVERDUE = "overdue", _("Overdue"), "red"


class FollowUpReason(ColourChoices):
    """Why an order got its follow-up class; the rule is orders.rules.follow_up (ORD-6)."""

    DEDICATED = "dedicated", _("Dedicated vehicle"), "red"
    DOOR_TO_DOOR = "door_to_door", _("Door to door"), "red"
    UNDER_A_DAY = "under_a_day", _("Due in less than 24 hours"), "red"
    FIRST_ORDER = "first_order", _("The customer's first order"), "red"
    VALUABLE = "valuable", _("Valuable goods"), "red"
    SPECIAL_DEMANDS = "special_demands", _("Special demands"), "red"
    CUSTOMER_DEFAULT = "customer_default", _("Agreed with the customer"), "blue"
    EXHIBITION = "exhibition", _("Exhibition or production goods"), "amber"
    DAYS = "days", _("Two to three days"), "amber"
    ECONOMY = "economy", _("Economy"), "grey"
    MANUAL = "manual", _("Chosen by hand"), "purple"


class ServiceLevel(ColourChoices):
    SAME_DAY = "same_day", _("Same day"), "red"
    EXPRESS = "express", _("Express"), "amber"
    STANDARD = "standard", _("Standard"), "blue"
    ECONOMY = "economy", _("Economy"), "grey"


class OrderMatter(ColourChoices):
    """What has clocks here."""

    ORDER = "order", _("Order"), "teal"
    FOLLOW_UP = "follow_up", _("Follow-up"), "teal"


MATTER_KINDS = {
    OrderMatter.ORDER: Timed(seen_with="orders.view_workorder"),
    OrderMatter.FOLLOW_UP: Timed(seen_with="orders.view_followuptask"),
}

EVENT_KINDS = {
    "workorder.received": _("Order received"),
    "workorder.changed": _("Order changed"),
    "workorder.read_back": _("Read back to the customer"),
    "workorder.held": _("Put on hold"),
    "workorder.released": _("Hold lifted"),
    "workorder.confirmed": _("Confirmed"),
    "workorder.sent_to_centre": _("Sent to the centre to print"),
    "workorder.started": _("Under way"),
    "workorder.completed": _("Completed"),
    "workorder.cancelled": _("Cancelled"),
    "workorder.assigned": _("Given to another agent"),
    "workorder.follow_up_changed": _("Follow-up class changed"),
    "workorder.printed": _("Printed"),
    "workorder.revealed": _("Personal data looked at"),
    "workorder.arranged": _("Vehicle and driver arranged"),
    "workorder.customer_told": _("Customer told of the arrangement"),
    "orders.count_declared": _("Number of orders declared"),
    "orders.count_mismatch": _("Number of orders differs"),
    "orders.count_matched": _("Number of orders agrees"),
    "orders.count_resolved": _("Difference explained"),
    "followup.completed": _("Follow-up done"),
    "followup.postponed": _("Follow-up postponed"),
    "prohibited_list.changed": _("List of prohibited goods changed"),
    "prohibited_term.changed": _("Prohibited word changed"),
    "harmless_term.changed": _("Harmless name changed"),
    "follow_up_template.changed": _("Follow-up step changed"),
}


class FollowUpStep(TextChoices):
    """The steps are built in, in words; a step added later shows by its code."""

    PRINTED = "printed", _("Work order printed")
    HANDED_TO_DISPATCH = "handed-to-dispatch", _("Handed to dispatch")
    SAME_DAY = "same-day-arrangement", _("Vehicle, driver and time arranged for the same day")
    VEHICLE_ARRANGED = "vehicle-arranged", _("Vehicle arranged")
    CARRIER_CONFIRMED = "carrier-confirmed", _("Carrier and mode confirmed")
    LOADING_WATCHED = "loading-watched", _("Loading watched")
    CONSIGNMENT_LETTER = "consignment-letter", _("Consignment letter sent")
    PARTNER_VEHICLE = "partner-vehicle", _("Partner sends a vehicle")
    ARRIVAL_TOLD = "arrival-told", _("Expected arrival told to the customer")
    DELIVERY_CONFIRMED = "delivery-confirmed", _("Delivery confirmed with the consignee")
    PICKED_UP = "picked-up", _("Picked up")
    HANDED_TO_CARRIER = "handed-to-carrier", _("Handed to the carrier and departed")
    ARRIVED = "arrived", _("Arrived in the destination city")
    OUT_FOR_DELIVERY = "out-for-delivery", _("Handed over for delivery")
    SHIPPED = "shipped", _("Shipped or not")
    DAILY_LOOK = "daily-look", _("Daily look")
    DAY_BEFORE = "day-before-arrival", _("Last confirmation the day before arrival")


class TickedBy(TextChoices):
    """What ticked a step off by itself, beside a tracking status."""

    PRINTED = "printed", _("printed")
    VEHICLE = "vehicle_arranged", _("vehicle arranged")
    TOLD = "customer_told", _("customer told")


# The words of the codes that events hold.
EVENT_VALUES = {
    "step": FollowUpStep,
    "followup.completed/outcome": TickedBy,
    "workorder.received/channel": Channel,
    "workorder.follow_up_changed/reason": FollowUpReason,
    "workorder.printed/kind": PrintKind,
    "centre_kind": CentreKind,
}
# What the details of events are called: everywhere, or ("kind/detail") in events of one kind.
EVENT_DETAILS = {
    "centre_kind": _("Executed by"),
    "class": _("Follow-up class"),
    "copy": _("Copy"),
    "declared": _("Sent, says the customer"),
    "explanation": _("Explanation"),
    "received": _("Received by us"),
    "waybills": _("Waybill numbers"),
}
# Numbers of rows, which say nothing to a person.
EVENT_ROWS = ("centre",)
