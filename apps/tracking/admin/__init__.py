"""Staff pages of this app, one module per noun."""

from apps.tracking.admin import (
    batches,
    deliveries,
    documents,
    feedback_sheets,
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
    "masters",
    "partners",
    "scans",
    "stages",
    "waybills",
]
