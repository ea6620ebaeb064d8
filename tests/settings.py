"""The real settings, but for what would only slow tests down."""

import atexit
import os
import re
import shutil
import tempfile

from config.settings import *  # noqa: F403  # everything as it is, on purpose
from config.settings import REDIS_URL as _BROKER

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STATIC_ROOT = tempfile.mkdtemp(prefix="yipiao-static-")
_maker = os.getpid()
# Whoever was forked from this process leaves it alone.
atexit.register(lambda: os.getpid() == _maker and shutil.rmtree(STATIC_ROOT, ignore_errors=True))
STORAGES = {
    "default": {"BACKEND": "apps.core.storage.AtomicFileStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
DEBUG = False
EMAIL_USE_TLS = False  # the SMTP servers of the tests are on this machine
# Each test process counts in a database of its own on the broker.
_process = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
# What a test commits calls nobody, unless it means to (tests/core/test_waking.py, tests/faults).
WAKE_WORKERS = False
REDIS_URL = CELERY_BROKER_URL = re.sub(r"/\d*$", f"/{1 + _process % 7}", _BROKER)
