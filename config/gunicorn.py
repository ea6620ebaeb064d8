"""The web server: sync workers, each keeping one database connection.

Threads were erratic in measurements, and connections opened per request cost nearly all of the
throughput. nginx in front buffers slow clients.
"""

import ctypes
import multiprocessing
import os
import signal
import sys
from typing import Any

from apps.core.logs import logging_settings

PR_SET_PDEATHSIG = 1

wsgi_app = "config.wsgi:application"
bind = os.environ.get("BIND", "127.0.0.1:8000")
workers = int(os.environ.get("WEB_CONCURRENCY", 2 * multiprocessing.cpu_count() + 1))
worker_class = "config.serving.Worker"  # a sync worker
# As long as gunicorn allows: 900 Chinese characters in an address are 8,100 bytes.
limit_request_line = 8190
timeout = 60
graceful_timeout = 20
# A worker is renewed now and then, so that a slow leak never becomes an outage.
max_requests = 20_000
max_requests_jitter = 2_000
# One copy of the code in memory, shared by all workers.
preload_app = True
accesslog = os.environ.get("ACCESS_LOG") or None
errorlog = "-"
if os.environ.get("LOG_FORMAT") == "json":  # as everything else then
    _handlers = {"handlers": ["stderr"], "level": "INFO", "propagate": False}
    logconfig_dict = {
        **logging_settings("INFO", as_json=True),
        "loggers": {"gunicorn.error": _handlers, "gunicorn.access": _handlers},
    }
forwarded_allow_ips = os.environ.get("FORWARDED_ALLOW_IPS", "127.0.0.1,::1")


def post_fork(server: Any, worker: Any) -> None:
    """Let the kernel (Linux) end a worker whose master was killed: half a minute more it would hold
    the port and answer from old code, and no new master could begin."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
        if os.getppid() != worker.ppid:  # it was killed before we could ask
            os.kill(os.getpid(), signal.SIGTERM)
