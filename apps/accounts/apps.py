from typing import Any

from django.apps import AppConfig, apps
from django.conf import settings
from django.db.models.signals import post_migrate
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "apps.accounts"
    verbose_name = _("Accounts")

    def ready(self) -> None:
        # After the last app: Django makes each app's permissions on that app's own signal.
        last = [config for config in apps.get_app_configs() if config.models_module][-1]
        post_migrate.connect(sync_roles, sender=last, dispatch_uid="accounts.sync_roles")


def sync_roles(**kwargs: Any) -> None:
    """Write the table of config/roles.py into groups. It is named in a setting, because an app
    knows nothing of the configuration above it."""
    from apps.accounts.services import sync_role_groups

    table = import_string(getattr(settings, "ROLE_PERMISSIONS", "config.roles.ROLE_PERMISSIONS"))
    sync_role_groups(table)
