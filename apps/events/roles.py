"""Who may read the record of what happened; config/roles.py puts the tables of all apps together.
Roles are of the floor above: here they are names only."""

from apps.core.codenames import view

SEE = view("event")
RUN = SEE | view("dispatch")

ROLES = {
    "director": SEE,
    "department_manager": SEE,
    "project_manager": SEE,
    "qc_manager": SEE,
    "deputy_general_manager": SEE,
    "general_manager": SEE,
    "it_admin": RUN,
}
