"""What each role may do (STF-3), written into groups after every migration. Each app says in its
``roles.py`` who may do what with its own things; here their tables are put together.

Which rows a person sees at all is their object scope's business.
"""

from apps.accounts.enums import Role
from apps.core.codenames import merged
from apps.core.discovery import modules_named


def _role_permissions() -> dict[Role, frozenset[str]]:
    """ "app.codename" of all apps; an app that names a role which does not exist is refused."""
    tables = [
        {
            role: frozenset(f"{config.label}.{name}" for name in names)
            for role, names in module.ROLES.items()
        }
        for config, module in modules_named("roles")
    ]
    return {Role(role): names for role, names in merged(*tables).items()}


ROLE_PERMISSIONS = _role_permissions()
