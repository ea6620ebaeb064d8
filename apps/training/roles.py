"""Who may do what with this app's things; config/roles.py puts the tables of all apps together."""

from apps.accounts.enums import Role
from apps.core.codenames import maintain, may, view

# Everybody learns: their own courses, exams and qualifications, on pages of their own.
LEARN = may("take_attempt")
LEAD = (
    LEARN
    | view("course lesson enrolment attempt observation qualification requirement exam")
    | may("add_enrolment add_observation mark_attempt waive_qualification allow_attempt")
)
WRITE = LEAD | maintain("course question exam") | view("question") | may("regrade_question")
RUN = WRITE | may("revoke_qualification set_requirement")

ROLES = {
    **dict.fromkeys(Role, LEARN),
    Role.PROJECT_MANAGER: LEAD,
    Role.DIRECTOR: WRITE | may("revoke_qualification"),
    Role.QC_MANAGER: WRITE,
    Role.DEPARTMENT_MANAGER: RUN,
    Role.DEPUTY_GENERAL_MANAGER: RUN,
    Role.GENERAL_MANAGER: RUN,
}
