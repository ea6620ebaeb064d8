"""Which pages this app has for staff (apps/backoffice/navigation.py says what becomes of them)."""

from django.utils.translation import gettext_lazy as _

from apps.accounts.enums import Role
from apps.backoffice.navigation import Page, RecordPart, records, setting

CLAIMS = _("Claims")
# Whose sidebar has room for it; everybody else comes by a message, a case, or the search.
DECIDE = frozenset({Role.DIRECTOR, Role.DEPUTY_GENERAL_MANAGER, Role.GENERAL_MANAGER})

PAGES = (
    records(
        _("Claims"),
        "request_quote",
        "claims.claim",
        about=_("Claims from the filing to the money; what needs your decision comes first."),
        section=CLAIMS,
        words="理赔 赔付 索赔 赔偿 定损",
        daily_for=DECIDE,
        hour=60,
    ),
    Page(
        _("File a claim"),
        "add_card",
        "admin:claims_claim_add",
        "claims.add_claim",
        about=_(
            "Loss, damage, shortage or delay of a shipment; paid on the spot within your limit."
        ),
        section=CLAIMS,
        words="登记理赔 现场赔付",
        key="m",
    ),
    records(
        _("Recoveries of claims"),
        "undo",
        "claims.recovery",
        about=_("What partners, units, insurers or persons are asked to bear."),
        section=CLAIMS,
        words="追偿 责任赔付",
    ),
    Page(
        _("Recoveries by partner"),
        "handshake",
        "admin:claims_recovery_partners",
        "claims.view_recovery",
        about=_("What each partner was asked, has agreed to and has paid."),
        section=CLAIMS,
        words="承运商 追偿",
    ),
    setting(
        _("Compensation rules"),
        "gavel",
        "claims.compensationrule",
        _("What is paid for what, by whom and from when."),
        section=CLAIMS,
        words="赔付规则",
    ),
    setting(
        _("Limits of claims"),
        "speed",
        "claims.claimlimit",
        _("Up to which amount each role decides, and pays on the spot."),
        section=CLAIMS,
        words="赔付权限 额度",
    ),
)
RECORD_PARTS = (
    RecordPart("complaints.case", _("Claims"), "admin:claims_claim_beside", "claims.view_claim"),
)
