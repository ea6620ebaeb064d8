"""A merchant's server that hears webhooks and verifies them with the ``standardwebhooks`` library,
not with our code. It keeps each id once, as the standard asks of receivers."""

import json
from typing import Any

from standardwebhooks import Webhook, WebhookVerificationError

from tests.doubles.server import Company, Reply, Request
from tests.wire import check_times


class Merchant(Company):
    def __init__(self, *secrets: str) -> None:
        super().__init__()
        self.secrets = list(secrets)
        self.heard: dict[str, dict[str, Any]] = {}
        self.calls: list[str] = []
        self.forged = 0
        self.status = 204
        self.headers: dict[str, str] = {}

    def answer(self, request: Request) -> Reply:
        if not any(self._verifies(secret, request) for secret in self.secrets):
            self.forged += 1
            return Reply(401)
        if 200 <= self.status < 300:
            message_id = request.headers["webhook-id"]
            self.calls.append(message_id)
            self.heard.setdefault(message_id, json.loads(request.body))
            check_times(self.heard[message_id])
        return Reply(self.status, headers=dict(self.headers))

    def _verifies(self, secret: str, request: Request) -> bool:
        try:
            Webhook(secret).verify(request.body, request.headers)
        except WebhookVerificationError:
            return False
        return True
