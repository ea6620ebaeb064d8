from importlib import import_module
from importlib.util import find_spec

from django.apps import AppConfig, apps
from django.utils.translation import gettext_lazy as _

from apps.events.kinds import name_kinds


class EventsConfig(AppConfig):
    name = "apps.events"
    verbose_name = _("Audit")

    def ready(self) -> None:
        """Load every app's subscribers and the words of its events, as Django loads its models."""
        from apps.events.details import name_values  # needs the models

        for config in apps.get_app_configs():
            if not config.name.startswith("apps."):
                continue
            if find_spec(f"{config.name}.subscribers"):
                import_module(f"{config.name}.subscribers")
            if find_spec(f"{config.name}.enums"):
                enums = import_module(f"{config.name}.enums")
                name_kinds(getattr(enums, "EVENT_KINDS", {}))
                name_values(getattr(enums, "EVENT_VALUES", {}))
