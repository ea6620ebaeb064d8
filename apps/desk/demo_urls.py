"""Addresses that only the demonstration has: config/urls.py leaves them out elsewhere."""

from django.urls import path

from apps.desk.views.mailbox import mailbox

app_name = "demo"
urlpatterns = [path("demo-mailbox", mailbox, name="mailbox")]
