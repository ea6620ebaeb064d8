from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from apps.core.discovery import modules_named
from apps.notifications.topics import add_topics


class NotificationsConfig(AppConfig):
    name = "apps.notifications"
    verbose_name = _("Telling people")

    def ready(self) -> None:
        """Apps list what they notify people of as ``TOPICS`` in their ``topics``."""
        for config, module in modules_named("topics"):
            if config.name != self.name:
                add_topics(module.TOPICS)
