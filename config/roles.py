"""What each role may do (STF-3): one table, written into groups after every migration.

A permission is "app.codename"; a test asserts that each exists. Which rows a person sees at all
is their object scope's business.
"""

from apps.accounts.enums import Role


def _may(app: str, what: str) -> set[str]:
    return {f"{app}.{codename}" for codename in what.split()}


def _keep(app: str, models: str) -> set[str]:
    """Add and change rows of these models."""
    return {f"{app}.{verb}_{model}" for model in models.split() for verb in ("add", "change")}


def _see(app: str, models: str) -> set[str]:
    return {f"{app}.view_{model}" for model in models.split()}


# --- customers ----------------------------------------------------------------------------------
SEE_CUSTOMERS = _may("customers", "lookup_customer") | _see(
    "customers",
    "contact contract customer customersite dangerousgoodsletter handoverform handoversignature"
    " verbalauthorisation",
)
SERVE_CUSTOMERS = (
    SEE_CUSTOMERS
    | _keep("customers", "contact customersite dangerousgoodsletter")
    | _may("customers", "reveal_contact")
)
WIN_CUSTOMERS = (
    SERVE_CUSTOMERS
    | _keep("customers", "contract customer handoverform")
    | _may("customers", "submit_handoverform")
)
SIGN_HANDOVER = SEE_CUSTOMERS | _may("customers", "sign_handoverform")
LEAD_CUSTOMERS = (
    SIGN_HANDOVER
    | _see("customers", "customerscope")
    | _keep("customers", "customerscope verbalauthorisation")
    | _may("customers", "assign_customer grant_authorisation manage_trial suspend_customer")
)

# --- orders -------------------------------------------------------------------------------------
SEE_ORDERS = _see("sla", "clock") | _see(
    "orders",
    "declaredcount dispatcharrangement followuptask followuptemplate harmlessterm intakefile"
    " intakerow orderdraft printjob printrecord prohibitedlist prohibitedterm workorder"
    " workorderwaybill",
)
TAKE_ORDERS = (
    SEE_ORDERS
    | _keep("orders", "declaredcount dispatcharrangement orderdraft workorder")
    | _may(
        "orders",
        "confirm_workorder cancel_workorder print_workorder reveal_workorder upload_intakefile"
        " complete_followuptask resolve_declaredcount",
    )
)
CARRY_OUT_ORDERS = (
    SEE_ORDERS
    | _keep("orders", "dispatcharrangement")
    | _may("orders", "print_workorder reveal_workorder complete_followuptask")
)
LEAD_ORDERS = SEE_ORDERS | _may("orders", "assign_workorder") | _keep("orders", "followuptemplate")
KEEP_GOODS_LISTS = _keep("orders", "harmlessterm prohibitedlist prohibitedterm")

# --- shipments ----------------------------------------------------------------------------------
SEE_SHIPMENTS = _see(
    "tracking",
    "authorisedsigner deliveryconsent eventbatch feedbacksheet latechase latecontact lateshipment"
    " partneragreement partnercarrier partnernumber partnerscore promisechange proofofdelivery"
    " proofphoto refusedevent returndocument returndocumentmove servicelane servicelevel"
    " shipmentfeedback shipmentwatch silencelimit stageassignment stageoverrun trackingevent waybill",
)
MOVE_SHIPMENTS = (
    SEE_SHIPMENTS
    | _keep("tracking", "proofofdelivery")
    | _may(
        "tracking",
        "add_scan attach_partner_number import_trackingevent move_returndocument"
        " retry_refusedevent",
    )
)
FOLLOW_SHIPMENTS = MOVE_SHIPMENTS | _may(
    "tracking",
    "authorise_signer change_promise close_lateshipment handle_lateshipment record_satisfaction"
    " reveal_waybill send_feedbacksheet",
)
CORRECT_SHIPMENTS = SEE_SHIPMENTS | _may(
    "tracking", "correct_proofofdelivery correct_trackingevent reveal_waybill"
)
# Whose record a stage is on is decided by those who arrange the carrying and run the network.
ARRANGE_CARRIERS = _may("tracking", "assign_stage")
RUN_NETWORK = ARRANGE_CARRIERS | _keep(
    "tracking", "partneragreement partnercarrier servicelane servicelevel silencelimit"
)

# --- messages and inquiries ---------------------------------------------------------------------
SEE_MESSAGES = _see(
    "notifications",
    "delivery phonetask preference subscription suppressedaddress webhookendpoint webhookevent",
) | _see("inquiries", "inquiry inboundmessage attachment wechatbinding kuaidi100subscription")
SEND_MESSAGES = (
    SEE_MESSAGES
    | _may(
        "notifications",
        "resend_delivery cancel_delivery hand_over_delivery resolve_delivery work_phonetask"
        " manage_preference",
    )
    | _may("inquiries", "read_inboundmessage settle_inboundmessage")
)
LEAD_MESSAGES = (
    SEND_MESSAGES
    | _see("notifications", "announcement notificationpolicy messagetemplate")
    | _keep("notifications", "announcement")
    | _may(
        "notifications",
        "see_health lift_suppressedaddress manage_endpoint manage_policy manage_template",
    )
    | _see("inquiries", "kuaidi100account")
    | _may("inquiries", "end_wechatbinding manage_kuaidi100account stop_kuaidi100subscription")
)
SELL_INTERFACES = _see("inquiries", "kuaidi100account kuaidi100subscription") | _may(
    "inquiries", "manage_kuaidi100account"
)
# The machinery, without the contents of messages.
RUN_MESSAGES = (
    _see("notifications", "webhookendpoint notificationpolicy messagetemplate")
    | _may("notifications", "see_health manage_endpoint")
    | _see("inquiries", "mailboxstate inquiry")
)

# --- complaints and exceptions ------------------------------------------------------------------
SEE_CASES = _see(
    "complaints",
    "cannedanswer case caseentry casefile caselink causenode chasetask correctiveaction evidence"
    " exceptionreport reportchange reviewitem reviewmeeting satisfactionask",
)
WORK_CASES = (
    SEE_CASES
    | _keep("complaints", "case savedfilter")
    | _may("complaints", "add_exceptionreport handle_exceptionreport")
    | _may("complaints", "handle_case merge_case close_case reveal_case")
)
# Whoever moves the goods reports what went wrong with them and answers chases.
REPORT_EXCEPTIONS = _see(
    "complaints", "causenode chasetask correctiveaction evidence exceptionreport"
) | _may("complaints", "add_exceptionreport handle_exceptionreport")
INVESTIGATE = (
    WORK_CASES
    | _see("complaints", "assignmentrule majorrule")
    | _keep("complaints", "causenode")
    | _may(
        "complaints",
        "investigate_exceptionreport decide_exceptionreport close_exceptionreport"
        " reveal_exceptionreport check_correctiveaction hold_reviewmeeting export_case",
    )
)
LEAD_CASES = (
    INVESTIGATE
    | _keep("complaints", "assignmentrule cannedanswer majorrule")
    | _may("complaints", "assign_case cancel_case")
)

# --- online chat ---------------------------------------------------------------------------------
ANSWER_CHATS = _may("complaints", "handle_chat")
LEAD_CHATS = (
    ANSWER_CHATS
    | _see("complaints", "chat chatseat chatsettings")
    | _may("complaints", "lead_chat")
)

# --- clocks ---------------------------------------------------------------------------------------
SEE_CLOCKS = _see("sla", "calendarday calendaryear clock policy workingcalendar")
KEEP_CALENDARS = SEE_CLOCKS | _keep("sla", "workingcalendar") | _may("sla", "publish_policy")

# --- the house itself ---------------------------------------------------------------------------
SEE_STAFF = _see("accounts", "absence dutyshift unit user userrole")
PLAN_DUTY = SEE_STAFF | _may("accounts", "manage_dutyshift")
SEE_EVENTS = _see("events", "event")
RUN_ACCOUNTS = (
    SEE_STAFF
    # Which customers an API key sees is set where the key is made.
    | _see("customers", "customerscope")
    | _may("customers", "add_customerscope delete_customerscope")
    | _see("accounts", "apikey rolepolicy usersession")
    | _may(
        "accounts",
        "change_role_policy grant_role manage_api_key manage_unit manage_user reset_two_factor"
        " revoke_session",
    )
)
SEE_ALL = (
    SEE_CUSTOMERS | SEE_ORDERS | SEE_SHIPMENTS | SEE_CASES | SEE_CLOCKS | SEE_STAFF | SEE_EVENTS
)
AGENT = (
    SERVE_CUSTOMERS
    | TAKE_ORDERS
    | FOLLOW_SHIPMENTS
    | SEND_MESSAGES
    | WORK_CASES
    | ANSWER_CHATS
    | SEE_CLOCKS
)
LEADER = (
    SEE_ALL
    | PLAN_DUTY
    | LEAD_CUSTOMERS
    | LEAD_ORDERS
    | CORRECT_SHIPMENTS
    | LEAD_MESSAGES
    | LEAD_CASES
    | LEAD_CHATS
    | KEEP_CALENDARS
)

# --- the table ----------------------------------------------------------------------------------
_TABLE: dict[Role, set[str]] = {
    Role.AGENT: AGENT,
    Role.DIRECTOR: AGENT | WIN_CUSTOMERS | LEADER | KEEP_GOODS_LISTS,
    Role.DEPARTMENT_MANAGER: LEADER | KEEP_GOODS_LISTS | RUN_NETWORK,
    Role.PROJECT_MANAGER: AGENT | LEADER | RUN_NETWORK,
    Role.QC_MANAGER: SEE_ALL
    | PLAN_DUTY
    | CORRECT_SHIPMENTS
    | KEEP_GOODS_LISTS
    | INVESTIGATE
    | KEEP_CALENDARS,
    Role.DEPUTY_GENERAL_MANAGER: LEADER,
    Role.GENERAL_MANAGER: LEADER | _may("tracking", "destroy_returndocument"),
    Role.DISPATCHER: MOVE_SHIPMENTS
    | ARRANGE_CARRIERS
    | CARRY_OUT_ORDERS
    | REPORT_EXCEPTIONS
    | _may("tracking", "reveal_waybill"),
    Role.FREIGHT_CLERK: MOVE_SHIPMENTS
    | ARRANGE_CARRIERS
    | CARRY_OUT_ORDERS
    | REPORT_EXCEPTIONS
    | _keep("tracking", "partnercarrier")
    | _may("tracking", "handle_lateshipment reveal_waybill"),
    Role.FINANCE: SEE_CUSTOMERS | SEE_ORDERS | SEE_SHIPMENTS,
    Role.SETTLEMENT_CLERK: SEE_CUSTOMERS | SEE_SHIPMENTS,
    Role.SALES: WIN_CUSTOMERS | SIGN_HANDOVER | SEE_ORDERS | SEE_SHIPMENTS | SELL_INTERFACES,
    Role.WAREHOUSE_MANAGER: SIGN_HANDOVER | SEE_ORDERS | MOVE_SHIPMENTS | REPORT_EXCEPTIONS,
    Role.DELIVERY_MANAGER: SIGN_HANDOVER
    | SEE_ORDERS
    | MOVE_SHIPMENTS
    | CORRECT_SHIPMENTS
    | REPORT_EXCEPTIONS
    | RUN_NETWORK,
    # Runs the system and sees no customer's data by that alone.
    Role.IT_ADMIN: RUN_ACCOUNTS
    | SEE_EVENTS
    | _see("events", "dispatch")
    | RUN_MESSAGES
    | KEEP_CALENDARS,
}
ROLE_PERMISSIONS: dict[Role, frozenset[str]] = {
    role: frozenset(names) for role, names in _TABLE.items()
}
