from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CodConfig(AppConfig):
    name = "apps.cod"
    verbose_name = _("COD")
