"""What customers were told of an account change that cannot be taken back (COD-3)."""

from datetime import datetime

from apps.account_changes.models import Campaign, ChangeProject


def announced_since(project: ChangeProject) -> datetime | None:
    """Since when the new account counts, as customers were told; None before the notice went out."""
    return Campaign.objects.filter(project=project).values_list("since", flat=True).first()
