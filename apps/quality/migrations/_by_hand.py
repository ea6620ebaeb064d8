"""Evidence, and what a report said before, are written once."""

from apps.core.sql import append_only

OPERATIONS = [
    append_only("quality_reportchange"),
    append_only("quality_evidence"),
    append_only("quality_partycontact"),
]
