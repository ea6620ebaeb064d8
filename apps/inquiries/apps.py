from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class InquiriesConfig(AppConfig):
    name = "apps.inquiries"
    verbose_name = _("Inquiries")

    def ready(self) -> None:
        from apps.inquiries.topics import register_topics  # models must be loaded first

        register_topics()
