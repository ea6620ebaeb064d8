"""By what articles of the knowledge base may be for a shipment (knowledge/queries/fits.py gathers it)."""

from apps.knowledge.enums import FitAspect
from apps.tracking.enums import Status

FITS = {FitAspect.STATUS: lambda: Status.choices}
