"""The house with one app more: ``lockers`` stands in a folder of its own, beside this file."""

from pathlib import Path

import apps
from tests.faults.settings import *  # noqa: F403  # the house's own, with the database of the test
from tests.faults.settings import INSTALLED_APPS

apps.__path__.append(str(Path(__file__).resolve().parent))
# The one line of config/settings.py; the other one is in the floors of .importlinter.
INSTALLED_APPS = [*INSTALLED_APPS, "apps.lockers"]
