"""Celery wakes, PostgreSQL remembers: no deadline and no message lives only in the broker."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
app = Celery("yipiao")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
