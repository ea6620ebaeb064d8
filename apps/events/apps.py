from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from apps.core.discovery import modules_named
from apps.events.kinds import name_kinds


class EventsConfig(AppConfig):
    name = "apps.events"
    verbose_name = _("Audit")

    def ready(self) -> None:
        """Load every app's subscribers and the words of its events, as Django loads its models."""
        # needs the models
        from apps.events.details import hide_rows, name_details, name_values, show_as_money

        for _config, _subscribers in modules_named("subscribers"):
            pass  # loading it subscribes
        for _config, enums in modules_named("enums"):
            name_kinds(getattr(enums, "EVENT_KINDS", {}))
            name_details(getattr(enums, "EVENT_DETAILS", {}))
            name_values(getattr(enums, "EVENT_VALUES", {}))
            hide_rows(getattr(enums, "EVENT_ROWS", ()))
            show_as_money(getattr(enums, "EVENT_MONEY", ()))
