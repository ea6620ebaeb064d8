"""Celery wakes, PostgreSQL remembers: no deadline and no message lives only in the broker."""

import logging.config
import os
from typing import Any

from celery import Celery
from celery.signals import beat_init, setup_logging, worker_init
from django.conf import settings
from kombu.transport.redis import Transport

from apps.core.enqueueing import use_long_timeout
from apps.core.loading import freeze_loaded

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
# bin/check and the deploy check look at all of it; here it would load every page.
os.environ.setdefault("CELERY_SKIP_CHECKS", "1")
# The broker is asked to answer after so many seconds without a call, not after each: a call is answered
# at once. No setting of the library says only this.
Transport.brpop_timeout = 10
app = Celery("yipiao")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@setup_logging.connect
def _log_as_everywhere(**_more: Any) -> None:
    """Celery would write lines of its own shape otherwise, without the id of the request."""
    logging.config.dictConfig(settings.LOGGING)


@beat_init.connect
@worker_init.connect
def _ready(**_more: Any) -> None:
    app.loader.import_default_modules()
    use_long_timeout()
    freeze_loaded()
