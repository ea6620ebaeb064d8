from apps.inquiries.models.binding import WeChatBinding
from apps.inquiries.models.dialogue import WeChatDialogue, WeChatMedia
from apps.inquiries.models.inquiry import Inquiry
from apps.inquiries.models.kuaidi100 import Kuaidi100Account, Kuaidi100Subscription
from apps.inquiries.models.mailbox import MailboxState
from apps.inquiries.models.message import Attachment, InboundMessage

__all__ = [
    "Attachment",
    "InboundMessage",
    "Inquiry",
    "Kuaidi100Account",
    "Kuaidi100Subscription",
    "MailboxState",
    "WeChatBinding",
    "WeChatDialogue",
    "WeChatMedia",
]
