"""Who may do what with this app's things; config/roles.py puts the tables of all apps together."""

from apps.accounts.enums import Role
from apps.core.codenames import may, view

SERVE = view("inquiry inboundmessage attachment wechatbinding kuaidi100subscription") | may(
    "read_inboundmessage settle_inboundmessage"
)
LEAD = (
    SERVE
    | view("kuaidi100account")
    | may("end_wechatbinding manage_kuaidi100account stop_kuaidi100subscription")
)
SELL = view("kuaidi100account kuaidi100subscription") | may("manage_kuaidi100account")
# The machinery, without the contents of messages.
RUN = view("mailboxstate inquiry")

ROLES = {
    Role.AGENT: SERVE,
    Role.DIRECTOR: LEAD,
    Role.DEPARTMENT_MANAGER: LEAD,
    Role.PROJECT_MANAGER: LEAD,
    Role.DEPUTY_GENERAL_MANAGER: LEAD,
    Role.GENERAL_MANAGER: LEAD,
    Role.SALES: SELL,
    Role.IT_ADMIN: RUN,
}
