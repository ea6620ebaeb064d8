"""The real settings, but for what would only slow tests down."""

import tempfile

from config.settings import *  # noqa: F403  # everything as it is, on purpose

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STATIC_ROOT = tempfile.mkdtemp(prefix="yipiao-static-")
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
DEBUG = False
EMAIL_USE_TLS = False  # the SMTP servers of the tests are on this machine
