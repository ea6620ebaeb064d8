from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DeskConfig(AppConfig):
    name = "apps.desk"
    verbose_name = _("Desk")

    def ready(self) -> None:
        from apps.desk import checks  # noqa: F401
