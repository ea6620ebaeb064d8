from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountChangesConfig(AppConfig):
    name = "apps.account_changes"
    verbose_name = _("Account changes")
