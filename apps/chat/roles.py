"""Who may do what with this app's things; config/roles.py puts the tables of all apps together."""

from apps.accounts.enums import Role
from apps.core.codenames import may, view

ANSWER_CHATS = may("handle_chat")
LEAD_CHATS = ANSWER_CHATS | view("chat chatseat chatsettings") | may("lead_chat")
ROLES = {
    Role.AGENT: ANSWER_CHATS,
    Role.DIRECTOR: LEAD_CHATS,
    Role.DEPARTMENT_MANAGER: LEAD_CHATS,
    Role.PROJECT_MANAGER: LEAD_CHATS,
    Role.DEPUTY_GENERAL_MANAGER: LEAD_CHATS,
    Role.GENERAL_MANAGER: LEAD_CHATS,
}
