"""Incidents that run, read anew only when one has changed: every piece of news about shipments asks."""

from apps.core.cached_tables import CachedTables
from apps.incidents.inputs import Where
from apps.incidents.models import Incident, Scope


def _read() -> list[Scope]:
    """The newest scope of each that runs."""
    running = Incident.objects.running().values("pk")
    rows = Scope.objects.filter(incident__in=running)
    return list(rows.order_by("incident_id", "-n").distinct("incident_id"))


running_scopes = CachedTables(_read, Incident, Scope)


def where_of(scope: Scope) -> Where:
    return Where(
        starts_at=scope.starts_at,
        ends_at=scope.ends_at,
        cities=scope.cities,
        units=scope.units,
        carriers=scope.carriers,
        everywhere=scope.is_everywhere,
        legs=scope.legs,
    )
