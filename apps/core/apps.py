from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from apps.core import error_reports
from apps.core.database import register


class CoreConfig(AppConfig):
    name = "apps.core"
    verbose_name = _("Core")

    def ready(self) -> None:
        register()
        error_reports.start()
