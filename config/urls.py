"""Addresses: public pages at the root, the API under /api/, staff under /admin/."""

from django.conf import settings
from django.contrib import admin
from django.urls import include, path
from django.views.i18n import set_language

from apps.accounts.views import directory_logout
from config.health import healthz, readyz
from config.metrics import metrics

admin.autodiscover()

handler400 = "apps.core.api.handlers.bad_request"
handler403 = "apps.core.api.handlers.permission_denied"
handler404 = "apps.core.api.handlers.not_found"
handler500 = "apps.core.api.handlers.server_error"

# What only the demonstration has; never where traffic is as guarded as a real installation's.
demonstration = (
    [path("admin/", include("apps.desk.demo_urls"))]
    if settings.DEMO_MAILBOX and not settings.HTTPS_ONLY
    else []
)
urlpatterns = [
    *demonstration,
    path("healthz", healthz, name="healthz"),
    path("readyz", readyz, name="readyz"),
    path("metrics", metrics, name="metrics"),
    path("language", set_language, name="set_language"),
    path("api/", include("config.api_urls")),
    path("admin/desk/", include("apps.desk.urls")),
    path("admin/", admin.site.urls),
    path("hooks/directory/logout", directory_logout, name="directory_logout"),
    path("notify/", include("apps.notifications.urls")),
    path("duty/", include("apps.shifts.urls")),
    path("", include("apps.inquiries.urls")),
    path("", include("apps.portal.urls")),
]
