"""A process of its own on a test's database, to be killed at a point of its work."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.db import connection

from tests.waiting import LIMIT


@contextmanager
def process_to_kill(
    module: str, *arguments: str, **changed: Any
) -> Iterator["subprocess.Popen[str]"]:
    """Runs ``module``, whose output is read from the pipe, under the test's settings with some ``changed``; it is
    ended in any case."""
    given = {"MEDIA_ROOT": str(settings.MEDIA_ROOT), "WAKE_WORKERS": False, **changed}
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "tests.faults.settings",
        "FAULTS_DATABASE": str(connection.settings_dict["NAME"]),
        "FAULTS_SETTINGS": json.dumps(given),
    }
    process = subprocess.Popen(
        [sys.executable, "-m", module, *arguments],
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait(LIMIT)
        assert process.stdout is not None
        process.stdout.close()
