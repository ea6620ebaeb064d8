"""Which pages this app has for staff (apps/backoffice/navigation.py says what becomes of them)."""

from django.utils.translation import gettext_lazy as _

from apps.backoffice.navigation import records, setting

CHATS = _("Online chats")

PAGES = (
    records(
        _("Chats on record"),
        "history",
        "chat.chat",
        about=_("What was said in online chats."),
        section=CHATS,
    ),
    records(
        _("Chat seats"),
        "support_agent",
        "chat.chatseat",
        about=_("Who is there to answer, and how many they have."),
        section=CHATS,
    ),
    setting(
        _("Chat settings"),
        "tune",
        "chat.chatsettings",
        _("Staffed hours, greetings, how many chats an agent has at a time."),
        section=CHATS,
    ),
)
