"""Who sees what others asked for, and sets how long files are kept; config/roles.py puts the tables of
all apps together. Roles are of the floor above: here they are names only. To ask for a job or an import
takes the permission of its kind; to see another's takes both."""

from apps.core.codenames import may

SEE_ALL = may("view_every_job view_fileretention")

ROLES = {
    "deputy_general_manager": SEE_ALL,
    "general_manager": SEE_ALL | may("change_fileretention"),
    "it_admin": SEE_ALL | may("change_fileretention"),
}
