from typing import Any

from django.contrib import admin
from django.contrib.admin.apps import SimpleAdminConfig
from django.contrib.admin.checks import check_admin_app, check_dependencies
from django.core import checks


class StaffAdminConfig(SimpleAdminConfig):
    """The staff site replaces Django's default one, so every app registers on it. Its pages are loaded
    with the addresses (config/urls.py): a process that answers no requests has no use for them."""

    default_site = "config.admin_site.StaffAdminSite"

    def ready(self) -> None:
        checks.register(check_dependencies, checks.Tags.admin)
        checks.register(check_staff_site, checks.Tags.admin)


def check_staff_site(app_configs: Any, **more: Any) -> list[checks.CheckMessage]:
    admin.autodiscover()
    found: list[checks.CheckMessage] = check_admin_app(app_configs, **more)
    return found
