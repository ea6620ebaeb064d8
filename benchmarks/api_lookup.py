"""How fast does the API look up a waybill with 15 events, against a view that does nothing?

    python -m benchmarks.api_lookup

Both behind the same server (gunicorn, sync, 2 workers, persistent database connections) and the
same middleware, asked in turn. Needs DATABASE_OWNER_URL. Exit 1 below the limit.
"""

from benchmarks.harness import Request, report
from benchmarks.lookups import against_bare, declare_settings, served_installation

LIMIT = 0.30


def reading_key() -> str:
    """An API key that may read every waybill."""
    from apps.accounts.enums import ApiScope, UserKind
    from apps.accounts.queries import system_user
    from apps.accounts.services.api_keys import create_api_key
    from tests.factories.accounts import UserFactory

    service = UserFactory(kind=UserKind.SERVICE, scope="all")
    _row, text = create_api_key(
        user=service,
        name="benchmark",
        scopes=[ApiScope.WAYBILLS_READ],
        by=system_user("benchmark"),
    )
    return text


def main() -> int:
    declare_settings()
    with served_installation("bench_api_lookup") as (server, number):
        request = Request(
            "API look-up, 15 events",
            f"/api/v1/waybills/{number}",
            headers=(("Authorization", f"Bearer {reading_key()}"),),
            expect=b'"out_for_delivery"',
        )
        return report("API look-up", against_bare(server, request, limit=LIMIT))


if __name__ == "__main__":
    raise SystemExit(main())
