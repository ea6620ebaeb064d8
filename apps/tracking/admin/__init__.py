"""Staff pages of this app, one module per noun."""

from apps.tracking.admin import (
    batches,
    deliveries,
    documents,
    feedback_sheets,
    late,
    masters,
    partners,
    scans,
    stages,
    waybills,
)

__all__ = [
    "batches",
    "deliveries",
    "documents",
    "feedback_sheets",
    "late",
    "masters",
    "partners",
    "scans",
    "stages",
    "waybills",
]
