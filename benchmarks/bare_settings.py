"""The company's settings with the yardstick view added; see bare_urls.py."""

from config.settings import *  # noqa: F403  # everything as it is, on purpose

ROOT_URLCONF = "benchmarks.bare_urls"
