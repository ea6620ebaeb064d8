"""A real process that is killed while it releases a remittance: ``python -m tests.cod.release_worker 17 entry``.

It gives the second approval. ``point`` names what it has just done when it says so and never comes back.
"""

import sys
import time
from typing import Any

import django


def main(pk: int, point: str) -> None:
    django.setup()
    from django.utils import timezone

    from apps.accounts.models import User
    from apps.backoffice.queries.approvals import live_request
    from apps.cod.approvals import REMITTANCE
    from apps.cod.models import Remittance
    from apps.cod.services import releasing
    from tests.cod.points import POINTS

    holder, name = POINTS[point]
    owner: Any = getattr(releasing, holder) if holder else releasing
    real = getattr(owner, name)

    def stop(*args: Any, **given: Any) -> Any:
        real(*args, **given)
        sys.stdout.write(f"{point}\n")
        sys.stdout.flush()
        time.sleep(600)

    setattr(owner, name, stop)
    row = Remittance.objects.get(pk=pk)
    request, at = live_request(REMITTANCE, row), timezone.now()
    releasing.approve_remittance(
        row,
        seen=request.sha256 if request else "",
        second_factor_at=at,
        by=User.objects.get(username="release-worker"),
        at=at,
    )


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2])
