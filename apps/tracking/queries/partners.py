"""Partner carriers by the code in their address."""

from apps.tracking.models import PartnerCarrier


def find_carrier(code: str) -> PartnerCarrier | None:
    """The active partner of this code."""
    if not code.isprintable() or len(code) > 40:
        return None
    return PartnerCarrier.objects.filter(code=code, is_active=True).first()
