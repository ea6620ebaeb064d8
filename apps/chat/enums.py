"""Online chat 在线客服: where a chat stands, who speaks, how an agent came by it (CMP-1)."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from apps.core.choices import ColourChoices


class ChatState(ColourChoices):
    QUEUED = "queued", _("Waiting in the queue"), "amber"
    OFFERED = "offered", _("Ringing at an agent"), "amber"
    TALKING = "talking", _("In conversation"), "blue"
    OVER = "over", _("Over, to be recorded"), "purple"
    FILED = "filed", _("Recorded in a case"), "green"
    DISMISSED = "dismissed", _("Without a case"), "grey"


class ChatSide(ColourChoices):
    VISITOR = "visitor", _("Visitor"), "blue"
    AGENT = "agent", _("Customer service"), "teal"
    SYSTEM = "system", _("Automatic"), "grey"
    # Between colleagues; the visitor never sees it.
    NOTE = "note", _("Internal note"), "amber"


class TurnHow(ColourChoices):
    """How an agent came by a chat."""

    GIVEN = "given", _("given by the queue"), "grey"
    TAKEN = "taken", _("taken"), "blue"
    HANDED = "handed", _("handed over by a colleague"), "purple"


class TurnEnd(ColourChoices):
    """Why it is no longer with that agent."""

    OVER = "over", _("The chat is over"), "green"
    HANDED = "handed", _("Handed to a colleague"), "purple"
    SILENT = "silent", _("No answer in time"), "red"
    OFFLINE = "offline", _("Connection lost"), "red"
    DECLINED = "declined", _("Passed on"), "amber"


class ChatEnd(ColourChoices):
    """Why a chat is over."""

    AGENT = "agent", _("Closed by the agent"), "green"
    VISITOR = "visitor", _("Ended by the visitor"), "blue"
    AWAY = "away", _("The visitor went away"), "amber"
    LEFT_QUEUE = "left_queue", _("The visitor left before anyone answered"), "red"
    MESSAGE = "message", _("Turned into a message"), "teal"


class ChatWord(TextChoices):
    """What the system says in a chat; rules/chat_words.py has the sentences."""

    JOINED = "joined", _("An agent answers")
    TOOK_OVER = "took_over", _("Another agent takes over")
    LOST = "lost", _("The agent's connection broke off")
    CALLED_ANOTHER = "called_another", _("Another agent is called")
    STILL_THERE = "still_there", _("Is the visitor still there?")
    ENDED_BY_AGENT = "ended_by_agent", _("The agent ended the chat")
    ENDED_BY_VISITOR = "ended_by_visitor", _("The visitor ended the chat")
    ENDED_AWAY = "ended_away", _("Ended because nobody wrote any more")
    BECAME_MESSAGE = "became_message", _("Turned into a message")


EVENT_KINDS = {
    "chat.started": _("Chat started"),
    "chat.given": _("Chat given to an agent"),
    "chat.taken": _("Chat answered"),
    "chat.handed_over": _("Chat handed over"),
    "chat.queued_again": _("Chat back in the queue"),
    "chat.ended": _("Chat over"),
    "chat.filed": _("Chat recorded in a case"),
    "chat.dismissed": _("Chat closed without a case"),
    "chat.rated": _("Chat rated by the visitor"),
    "chat.shipment_named": _("Shipment of the chat found"),
    "chat.read": _("Chat read by somebody else"),
    "chat_seat.opened": _("Available for chats"),
    "chat_seat.closed": _("No longer available for chats"),
    "chat_seat.changed": _("Chat seat changed"),
    "chat_settings.changed": _("Chat settings changed"),
}
EVENT_VALUES = {
    "chat.given/how": TurnHow,
    "chat.handed_over/how": TurnHow,
    "chat.queued_again/why": TurnEnd,
    "chat.ended/reason": ChatEnd,
}
# What the details of events are called: everywhere, or ("kind/detail") in events of one kind.
EVENT_DETAILS = {
    "files": _("Files"),
    "lines": _("Messages"),
}
