"""As config/urls.py is where bin/up has set up a demo mailbox."""

from django.urls import include, path

from config.urls import urlpatterns as everywhere

urlpatterns = [path("admin/", include("apps.desk.demo_urls")), *everywhere]
