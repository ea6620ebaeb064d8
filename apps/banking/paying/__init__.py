"""Payment files as banks take them, and the results that banks give back. Pure."""

from apps.banking.paying.results import ResultRow, Verdict, read_results
from apps.banking.paying.templates import Payment, Template, templates, write_payments

__all__ = [
    "Payment",
    "ResultRow",
    "Template",
    "Verdict",
    "read_results",
    "templates",
    "write_payments",
]
