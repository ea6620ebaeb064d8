"""Liveness and readiness, for load balancers and `bin/up`."""

import logging

import redis
from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse

log = logging.getLogger(__name__)
# A broker that hangs must not hold a web worker; one that is well answers within a few ms.
BROKER_PATIENCE = 0.1


def healthz(request: HttpRequest) -> HttpResponse:
    """The process answers."""
    return HttpResponse("ok\n", content_type="text/plain")


def readyz(request: HttpRequest) -> JsonResponse:
    """The database and the broker answer; 503 names what does not."""
    found = {"database": _database(), "broker": _broker()}
    return JsonResponse(found, status=200 if all(found.values()) else 503)


def _database() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        return True
    except Exception:  # any failure at all means "not ready"; the log says which
        log.exception("database is not ready")
        return False


def _broker() -> bool:
    try:
        with redis.Redis.from_url(
            settings.REDIS_URL,
            socket_timeout=BROKER_PATIENCE,
            socket_connect_timeout=BROKER_PATIENCE,
        ) as client:
            return bool(client.ping())
    except redis.RedisError:
        log.exception("broker is not ready")
        return False
