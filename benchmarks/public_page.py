"""How fast is the public page of a waybill with 15 events, against a view that does nothing?

    python -m benchmarks.public_page

Both behind the same server (gunicorn, sync, 2 workers, persistent database connections) and the
same middleware, asked in turn. Needs DATABASE_OWNER_URL. Exit 1 below the limit.
"""

from benchmarks.harness import Request, report
from benchmarks.lookups import against_bare, declare_settings, served_installation

LIMIT = 0.20


def main() -> int:
    declare_settings()
    with served_installation("bench_public_page") as (server, number):
        request = Request("public page, 15 events", f"/track/{number}", expect=number.encode())
        return report("Public page", against_bare(server, request, limit=LIMIT))


if __name__ == "__main__":
    raise SystemExit(main())
