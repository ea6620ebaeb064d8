"""WeChat's access token, of which the newest alone is good."""

import json

from django.conf import settings

from apps.core import http, tokens
from apps.core.tokens import NoToken as NoToken
from apps.notifications.models import ProviderState


def current(channel: str) -> str:
    """A token that is good for some minutes. Raises NoToken."""
    return tokens.current(ProviderState, channel, _ask)


def drop(channel: str, token: str) -> None:
    """Forget ``token``, unless someone has fetched another one meanwhile."""
    tokens.drop(ProviderState, channel, token)


def _ask() -> tuple[str, int]:
    base = str(getattr(settings, "WECHAT_URL", "https://api.weixin.qq.com")).rstrip("/")
    body = {
        "grant_type": "client_credential",
        "appid": getattr(settings, "WECHAT_APP_ID", ""),
        "secret": getattr(settings, "WECHAT_APP_SECRET", ""),
    }
    try:
        answer = http.request(
            "POST",
            f"{base}/cgi-bin/stable_token",
            body=json.dumps(body).encode(),
            headers={"content-type": "application/json"},
            rules=http.Rules(timeout=8.0, check_address=False),
        )
        given = json.loads(answer.body)
        return str(given["access_token"]), int(given["expires_in"])
    except (http.NotSent, http.PerhapsSent) as error:
        raise NoToken(str(error)) from error
    except (ValueError, KeyError, TypeError) as error:
        raise NoToken("token_refused") from error
