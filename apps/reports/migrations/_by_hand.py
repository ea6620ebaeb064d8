"""Figures and goals are written once."""

from apps.core.sql import append_only

OPERATIONS = [
    append_only("reports_freeze"),
    append_only("reports_figure"),
    append_only("reports_goal"),
]
