"""What a page, a list, an event may say of what was written: without the people in it. Pure."""

from apps.complaints.models import Case
from apps.core.masking import Known, mask_text

# What agents write where they do not know a name.
NOBODY = frozenset(
    [
        "客户",
        "顾客",
        "先生",
        "女士",
        "小姐",
        "收件人",
        "寄件人",
        "发件人",
        "联系人",
        "老板",
        "经理",
        "匿名",
        "不详",
        "本人",
        "前台",
        "customer",
    ]
)


def known_names(case: Case) -> list[str]:
    """The people known to be concerned; they are hidden wherever they stand."""
    names = [case.contact_name]
    if case.waybill is not None:
        names += [case.waybill.consignee_name, case.waybill.sender_name]
    return [name for name in names if name and name.strip().lower() not in NOBODY]


def masked(text: str, case: Case | None = None) -> str:
    return mask_text(text, Known.people(known_names(case) if case is not None else ()))


def one_line(text: str, case: Case | None = None, *, most: int = 200) -> str:
    """Masked, without line breaks, cut."""
    return " ".join(masked(text, case).split())[:most]
