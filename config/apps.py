from django.contrib.admin.apps import AdminConfig


class StaffAdminConfig(AdminConfig):
    """The staff site replaces Django's default one, so every app registers on it."""

    default_site = "config.admin_site.StaffAdminSite"
