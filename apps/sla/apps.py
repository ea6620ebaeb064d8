from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SlaConfig(AppConfig):
    name = "apps.sla"
    verbose_name = _("Clocks")

    def ready(self) -> None:
        # The checks read models, which are there only now.
        from apps.sla import checks  # noqa: F401
