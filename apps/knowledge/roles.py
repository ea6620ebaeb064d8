"""Who may do what with this app's things; config/roles.py puts the tables of all apps together."""

from apps.accounts.enums import Role
from apps.core.codenames import maintain, may, view

READ = view("article")
WRITE = READ | maintain("article") | view("missedsearch") | may("settle_missedsearch")
RUN = WRITE | may("publish_article") | maintain("section") | view("section")

ROLES = {
    **dict.fromkeys(Role, READ),
    Role.AGENT: WRITE,
    Role.DIRECTOR: RUN,
    Role.DEPARTMENT_MANAGER: RUN,
    Role.PROJECT_MANAGER: WRITE,
    Role.QC_MANAGER: RUN,
    Role.DEPUTY_GENERAL_MANAGER: RUN,
    Role.GENERAL_MANAGER: RUN,
    Role.FINANCE: WRITE,
}
