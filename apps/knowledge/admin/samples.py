"""Sample data of no real person, with which the preview of a reply is filled."""

from django.conf import settings
from django.utils.translation import override

from apps.accounts.enums import Language
from apps.knowledge.rules.replies import fill_reply

SAMPLE = {
    Language.CHINESE: {
        "contact": "王女士", "customer": "云裳服饰", "case": "CS20261125-48391527",
        "waybill": "YP1234567890", "goods": "羊毛衫", "from_city": "上海", "to_city": "北京",
        "status": "运输中", "expected": "11-26 18:00", "answer_by": "15:20", "agent": "王芳",
        "company": settings.COMPANY_NAME, "hotline": settings.COMPANY_PHONE,
    },
    Language.ENGLISH: {
        "contact": "Ms Wang", "customer": "Yunshang Apparel", "case": "CS20261125-48391527",
        "waybill": "YP1234567890", "goods": "woollens", "from_city": "Shanghai",
        "to_city": "Beijing", "status": "on its way", "expected": "11-26 18:00",
        "answer_by": "15:20", "agent": "Wang Fang", "company": settings.COMPANY_NAME_EN,
        "hotline": settings.COMPANY_PHONE,
    },
}  # fmt: skip


def as_read(reply: str, language: str) -> str:
    """A reply as a customer would read it."""
    one = Language(language)
    with override(one.value):
        return fill_reply(reply, SAMPLE[one])
