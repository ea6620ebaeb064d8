"""The house's settings for a sending process of the fault tests, pointed at the doubles."""

import json
import os

from config.settings import *  # noqa: F403  # a settings module is a list of names
from config.settings import DATABASES

DATABASES["default"]["NAME"] = os.environ["FAULTS_DATABASE"]
globals().update(json.loads(os.environ["FAULTS_SETTINGS"]))
if "FAULTS_BROKER" in os.environ:
    CELERY_BROKER_URL = REDIS_URL = os.environ["FAULTS_BROKER"]
EMAIL_USE_TLS = False  # the SMTP server of the run is on this machine
