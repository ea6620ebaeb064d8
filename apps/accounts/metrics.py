"""Sign-ins, as numbers for whoever operates the installation."""

from apps.core.metric_types import count

METRICS = (
    count("directory_waiting", "People of the company directory who wait to be admitted",
          "accounts_directoryidentity WHERE state = 'waiting'"),
)  # fmt: skip
