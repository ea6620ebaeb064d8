"""Which pages this app has for staff (apps/backoffice/navigation.py says what becomes of them)."""

from django.utils.translation import gettext_lazy as _

from apps.accounts.enums import Role
from apps.backoffice.navigation import records, setting

SAFETY = _("Safety")
OFFICER = frozenset({Role.SAFETY_OFFICER})

PAGES = (
    records(
        _("Security alerts"),
        "notification_important",
        "safety.securityalert",
        about=_("Unusual access to account data: judged harmless, or investigated."),
        section=SAFETY,
        daily_for=OFFICER,
        hour=10,
        words="安全告警 异常访问",
    ),
    records(
        _("Security checks of accounts"),
        "verified_user",
        "safety.accountcheck",
        about=_("Each account of ours is checked in time; what is found is followed up."),
        section=SAFETY,
        daily_for=OFFICER,
        hour=20,
        words="安全检查 印鉴 U盾 整改",
    ),
    records(
        _("What happened to accounts"),
        "manage_search",
        "safety.accountevent",
        about=_(
            "Every look at a number, every change and every refused attempt, with who and why."
        ),
        section=SAFETY,
        daily_for=OFFICER,
        hour=30,
        words="账户轨迹 明文查看 审计",
    ),
    records(
        _("Tampering with the record"),
        "gpp_maybe",
        "safety.sealfinding",
        about=_("Rows that are written once and were changed all the same."),
        section=SAFETY,
        daily_for=OFFICER,
        hour=40,
        words="篡改 封存 防篡改",
    ),
    records(
        _("Seals"),
        "lock",
        "safety.seal",
        about=_("Every five minutes a seal over what was written once, kept outside too."),
        section=SAFETY,
        words="封存 校验 哈希",
    ),
    setting(
        _("Rules about access"),
        "rule",
        "safety.alertrule",
        _("When a look at account data is unusual and is told to the safety officer."),
        section=SAFETY,
    ),
    setting(
        _("Checklist of accounts"),
        "checklist",
        "safety.checkitem",
        _("What is looked at when an account of ours is checked."),
        section=SAFETY,
    ),
)
