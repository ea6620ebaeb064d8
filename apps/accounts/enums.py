"""Choices of the accounts floor: roles of the glossary, kinds of people and units, scopes."""

from django.utils.translation import gettext_lazy as _

from apps.core.choices import ColourChoices


class Role(ColourChoices):
    """What a person does in the company; each app says in its roles.py what they may do there."""

    AGENT = "agent", _("Customer-service agent"), "blue"
    DIRECTOR = "director", _("Customer-service director"), "purple"
    DEPARTMENT_MANAGER = "department_manager", _("Department manager"), "purple"
    PROJECT_MANAGER = "project_manager", _("Project manager"), "purple"
    QC_MANAGER = "qc_manager", _("QC manager"), "amber"
    DEPUTY_GENERAL_MANAGER = (
        "deputy_general_manager",
        _("Deputy general manager"),
        "red",
    )
    GENERAL_MANAGER = "general_manager", _("General manager"), "red"
    DISPATCHER = "dispatcher", _("Dispatcher"), "teal"
    FREIGHT_CLERK = "freight_clerk", _("Freight clerk"), "teal"
    FINANCE = "finance", _("Finance"), "green"
    SETTLEMENT_CLERK = "settlement_clerk", _("Settlement clerk"), "green"
    CASHIER = "cashier", _("Cashier"), "green"
    SAFETY_OFFICER = "safety_officer", _("Safety officer"), "red"
    SALES = "sales", _("Sales"), "amber"
    WAREHOUSE_MANAGER = "warehouse_manager", _("Warehouse manager"), "teal"
    DELIVERY_MANAGER = "delivery_manager", _("Delivery manager"), "teal"
    IT_ADMIN = "it_admin", _("IT administrator"), "grey"


class AbsenceKind(ColourChoices):
    """Why what is due goes to somebody else: a leave, or a shift that is over and was handed over."""

    AWAY = "away", _("Away"), "amber"
    OFF_SHIFT = "off_shift", _("Off shift"), "grey"


class UserKind(ColourChoices):
    PERSON = "person", _("Person"), "blue"
    SERVICE = "service", _("Service user"), "teal"
    SYSTEM = "system", _("The system"), "grey"


class ObjectScope(ColourChoices):
    """Which customers' and units' rows a user sees at all."""

    ALL = "all", _("Everything"), "purple"
    UNITS = "units", _("Own units"), "blue"
    CUSTOMERS = "customers", _("Listed customers"), "teal"


class UnitKind(ColourChoices):
    HEAD_OFFICE = "head_office", _("Head office"), "purple"
    BRANCH = "branch", _("Branch"), "blue"
    DISPATCH_CENTRE = "dispatch_centre", _("Dispatch centre"), "teal"
    FREIGHT_CENTRE = "freight_centre", _("Freight centre"), "teal"
    STATION = "station", _("Station"), "grey"


class Language(ColourChoices):
    CHINESE = "zh-hans", "简体中文", "grey"
    ENGLISH = "en", "English", "grey"


class ApiScope(ColourChoices):
    """What an API key may do; a view names the one it needs per method."""

    ORDERS_READ = "orders:read", _("Read orders"), "blue"
    ORDERS_WRITE = "orders:write", _("Create and change orders"), "amber"
    WAYBILLS_READ = "waybills:read", _("Read waybills"), "blue"
    EVENTS_READ = "events:read", _("Read tracking events"), "blue"
    EVENTS_WRITE = "events:write", _("Send tracking events"), "amber"
    CASES_READ = "cases:read", _("Read cases"), "blue"
    CASES_WRITE = "cases:write", _("Open cases and write in them"), "amber"
    CLAIMS_READ = "claims:read", _("Read claims and compensation rules"), "blue"
    CLAIMS_WRITE = "claims:write", _("File claims, send their papers, agree or dispute"), "amber"
    WEBHOOKS_READ = "webhooks:read", _("Read webhook endpoints and events"), "blue"
    WEBHOOKS_WRITE = "webhooks:write", _("Keep webhook endpoints and replay events"), "amber"
    BILLING_READ = "billing:read", _("Read statements and fees"), "blue"
    PAYEES_READ = "payees:read", _("Read payout accounts"), "blue"
    PAYEES_WRITE = "payees:write", _("Ask for payout accounts"), "amber"
    ARTICLES_READ = "articles:read", _("Read the help centre"), "blue"
    CALLS_WRITE = "calls:write", _("Send calls of a phone system"), "amber"
    PARTNER_FEED = "partner_feed", _("Partner carrier feed"), "teal"


class SessionEnd(ColourChoices):
    """Why a session is over."""

    SIGNED_OUT = "signed_out", _("Signed out"), "grey"
    REVOKED = "revoked", _("Ended by someone"), "red"
    PASSWORD = "password", _("Password changed"), "amber"
    ROLES = "roles", _("Roles changed"), "amber"
    DEACTIVATED = "deactivated", _("Account deactivated"), "red"
    TWO_FACTOR = "two_factor", _("Two-factor reset"), "amber"
    DIRECTORY = "directory", _("Ended by the directory"), "amber"


class IdentityState(ColourChoices):
    """Whether somebody of the company's directory may come in."""

    WAITING = "waiting", _("Waiting to be admitted"), "amber"
    ADMITTED = "admitted", _("Admitted"), "green"
    REFUSED = "refused", _("Not admitted"), "red"


EVENT_KINDS = {
    "user.created": _("User created"),
    "user.changed": _("User changed"),
    "user.deactivated": _("User deactivated"),
    "user.reactivated": _("User reactivated"),
    "user.role_granted": _("Role granted"),
    "user.role_ended": _("Role ended"),
    "user.password_changed": _("Password changed"),
    "user.password_reset": _("Temporary password issued"),
    "user.two_factor_enrolled": _("Two-factor sign-in set up"),
    "user.two_factor_reset": _("Two-factor sign-in reset"),
    "user.second_factor_refused": _("Wrong second factor"),
    "user.recovery_codes_renewed": _("New recovery codes made"),
    "user.recovery_code_used": _("Recovery code used"),
    "user.signed_in": _("Signed in"),
    "user.signed_out": _("Signed out"),
    "user.session_ended": _("Session ended"),
    "user.sessions_ended": _("Sessions ended"),
    "user.directory_linked": _("Linked with the directory"),
    "user.shift_planned": _("Put on the duty roster"),
    "user.shift_withdrawn": _("Taken off the duty roster"),
    "user.absence_planned": _("Noted as away"),
    "user.absence_withdrawn": _("Not away after all"),
    "user.off_shift": _("Off shift, the watch is with another"),
    "user.off_shift_ended": _("Watch passed on or taken back"),
    "unit.created": _("Unit created"),
    "unit.changed": _("Unit changed"),
    "directorygroup.mapped": _("Group of the directory mapped"),
    "directorygroup.ended": _("Mapping of a group ended"),
    "directoryidentity.waiting": _("Somebody of the directory waits to be admitted"),
    "directoryidentity.admitted": _("Somebody of the directory admitted"),
    "directoryidentity.refused": _("Somebody of the directory not admitted"),
    "directoryidentity.remapped": _("Roles follow the directory"),
    "rolepolicy.changed": _("Role policy changed"),
    "apikey.created": _("API key made"),
    "apikey.revoked": _("API key revoked"),
    "apikey.networks_changed": _("Addresses of an API key changed"),
    "apikey.address_refused": _("API key used from an address it is not for"),
}

# The words of the codes that events hold; the events floor gathers these.
EVENT_VALUES = {
    "role": Role,
    "scope": ObjectScope,
    "scopes": ApiScope,
    "language": Language,
    "user.created/kind": UserKind,
    "unit.created/kind": UnitKind,
    "unit.changed/kind": UnitKind,
    "user.signed_out/reason": SessionEnd,
    "user.session_ended/reason": SessionEnd,
    "user.sessions_ended/reason": SessionEnd,
}
# What the details of events are called: everywhere, or ("kind/detail") in events of one kind.
EVENT_DETAILS = {
    "began": _("Begun"),
    "ended": _("Ended"),
    "group": _("Group"),
    "groups": _("Groups"),
    "language": _("Language"),
    "left": _("Left"),
    "prefix": _("Key begins with"),
    "role": _("Role"),
    "scope": _("May see"),
    "scopes": _("Scopes"),
    "since": _("since"),
    "stand_in": _("stand-in"),
    "two_factor": _("Second factor"),
    "two_factor_required": _("Second factor required"),
    "unit": _("Unit"),
    "until": _("Until"),
    "user": _("User"),
    "username": _("Sign-in name"),
}
# Numbers of rows, which say nothing to a person.
EVENT_ROWS = ("unit", "user")

# What the system's own users are called where their acts are listed.
SYSTEM_NAMES = {
    "banking": _("Bank files"),
    "billing": _("Billing"),
    "calendars": _("Working calendars"),
    "claims": _("Claims"),
    "clocks": _("Clocks"),
    "cod": _("COD"),
    "demo": _("Demo set-up"),
    "directory": _("Company directory"),
    "exceptions": _("Exceptions"),
    "importer": _("Import"),
    "knowledge": _("Knowledge base"),
    "mail": _("E-mail"),
    "notifier": _("Automatic messages"),
    "partner_feed": _("Partner feed"),
    "public": _("Public page"),
    "reports": _("Reports"),
    "setup": _("Initial set-up"),
    "sweeper": _("Automatic check"),
    "wechat": _("WeChat"),
}
