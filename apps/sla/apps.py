from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from apps.sla.kinds import matter_kinds


class SlaConfig(AppConfig):
    name = "apps.sla"
    verbose_name = _("Clocks")

    def ready(self) -> None:
        # These read models, which are there only now.
        from apps.events.details import name_values
        from apps.sla import checks  # noqa: F401

        kinds = matter_kinds()
        name_values({f"clock.{what}/kind": kinds for what in ("warned", "overdue", "escalated")})
        name_values({"policy.created/kind": kinds})
