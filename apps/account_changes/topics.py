"""What customers and colleagues are told of an account change (COD-3, COD-5, COD-6).

No phone number of ours is among the variables: customers call the one in their contract, so a notice that
names one is not ours. And the words are fixed: what two people approved is what arrives.
"""

from django.utils.translation import gettext_lazy as _

from apps.core.notice_types import COMPANY, LINK, Topic, Variable, staff_topic

# ``code``: shown in full wherever the notice is.
ACCOUNT = Variable("account", _("new account"), "**** 9012", "**** 9012", personal="code")
OLD = Variable("old", _("old account"), "**** 3456", "**** 3456", personal="code")
BANK = Variable("bank", _("bank"), "招商银行", "China Merchants Bank", personal="code")
HOLDER = Variable(
    "holder", _("account holder"), "一票速递有限公司", "Yipiao Express", personal="code"
)
SINCE = Variable("since", _("since"), "2027-01-04 00:00", "2027-01-04 00:00", personal="code")
UNTIL = Variable(
    "until", _("old account until"), "2027-02-04 00:00", "2027-02-04 00:00", personal="code"
)
CODE = Variable(
    "code", _("notice code"), "7KQ2-M9XD-4TBW-81HN", "7KQ2-M9XD-4TBW-81HN", personal="code"
)
VERIFY = Variable(
    "verify", _("where to check"), "https://yp.example/verify", "https://yp.example/verify",
    personal="code",
)  # fmt: skip
WATCH = (
    Variable("watch_zh", _("what to watch for, in Chinese"), "请勿改汇其他账户。", "请勿改汇其他账户。",
             personal="code"),
    Variable("watch_en", _("what to watch for, in English"), "Pay into no other account.",
             "Pay into no other account.", personal="code"),
)  # fmt: skip
KIND = Variable("kind", _("class"), "有疑问", "question", personal="code")
SAID = (BANK, HOLDER, ACCOUNT, OLD, SINCE, UNTIL, VERIFY, *WATCH, COMPANY)

TOPICS = (
    Topic(
        "account_notice.told",
        _("Notice of an account change"),
        (*SAID, CODE, LINK),
        fixed=True,
        followed=True,
    ),
    Topic("account_notice.announced", _("Account change, to everybody"), (*SAID, LINK), fixed=True),
    staff_topic("staff.account_notice_call", _("A customer is to be told by phone (staff)")),
    staff_topic("staff.account_feedback", _("Feedback on an account change (staff)"), KIND),
    staff_topic("staff.notice_not_ours", _("Somebody asked about a forged notice (staff)")),
)
