"""Which pages this app has for staff (apps/backoffice/navigation.py says what becomes of them)."""

from django.utils.translation import gettext_lazy as _

from apps.accounts.enums import Role
from apps.backoffice.navigation import Page, records, setting

PEOPLE, AUDIT = _("People and access"), _("Audit")
IT = frozenset({Role.IT_ADMIN})

APPROVERS = frozenset(
    {Role.SALES, Role.WAREHOUSE_MANAGER, Role.DELIVERY_MANAGER, Role.GENERAL_MANAGER}
    | {Role.DEPUTY_GENERAL_MANAGER, Role.FINANCE}
)

PAGES = (
    Page(
        _("Waiting for my approval"),
        "order_approve",
        "admin:approvals",
        about=_("What waits for your decision, with who has approved and who is missing."),
        section=_("Approvals"),
        daily_for=APPROVERS,
        hour=20,
        words="待我审批 会签 签字",
    ),
    records(
        _("Users"),
        "person",
        "accounts.user",
        about=_("Colleagues, service users, what they may do."),
        section=PEOPLE,
        daily_for=IT,
        hour=30,
        words="员工 账号",
    ),
    Page(
        _("Import users"),
        "upload_file",
        "admin:backoffice_importfile_new_accounts_user",
        "accounts.manage_user",
        about=_("A spreadsheet of colleagues with their roles."),
        section=PEOPLE,
        words="导入 员工 账号 Excel",
    ),
    records(
        _("Duty roster"),
        "calendar_month",
        "accounts.dutyshift",
        about=_("Who is on duty when, and for whom."),
        section=PEOPLE,
        words="排班 值班",
    ),
    records(
        _("Absences"),
        "beach_access",
        "accounts.absence",
        about=_("Who is away from when until when, and who stands in."),
        section=PEOPLE,
        words="请假",
    ),
    records(
        _("Roles held"),
        "badge",
        "accounts.userrole",
        about=_("Who has which role in which unit, since when."),
        section=PEOPLE,
    ),
    records(
        _("Sessions"),
        "devices",
        "accounts.usersession",
        about=_("Where colleagues are signed in; each can be ended."),
        section=PEOPLE,
        daily_for=IT,
        hour=50,
    ),
    records(
        _("People of the directory"),
        "how_to_reg",
        "accounts.directoryidentity",
        about=_("Who came through the company directory, and who waits to be admitted."),
        section=PEOPLE,
        words="企业目录 单点登录 SSO 准入",
    ),
    setting(
        _("Directory groups"),
        "group_work",
        "accounts.directorygroup",
        _("Which groups of the company directory bring which role in which unit."),
        section=PEOPLE,
        words="企业目录 单点登录 SSO 映射",
    ),
    setting(
        _("Units"),
        "account_tree",
        "accounts.unit",
        _("Head office, branches, centres and stations."),
        section=PEOPLE,
        words="部门 网点",
    ),
    setting(
        _("Role policies"),
        "policy",
        "accounts.rolepolicy",
        _("Which roles must sign in with a second factor."),
        section=PEOPLE,
        words="两步验证",
    ),
    setting(
        _("API keys"),
        "key",
        "accounts.apikey",
        _("For merchants' programs: what each may do and from where."),
        section=PEOPLE,
        daily_for=IT,
        hour=35,
        words="接口 密钥",
    ),
    records(
        _("Events"),
        "history",
        "events.event",
        about=_("The audit trail: who did what, when."),
        section=AUDIT,
        daily_for=IT,
        hour=60,
        words="审计 日志",
    ),
    records(
        _("Pending dispatches"),
        "outbox",
        "events.dispatch",
        about=_("Events that a part of the system has not taken in yet; normally none."),
        section=AUDIT,
        daily_for=IT,
        hour=65,
    ),
)
