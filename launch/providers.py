"""The outside companies of the demonstration: one process that takes in mail, SMS, WeChat and robots of WeCom."""

from collections.abc import Mapping
from pathlib import Path

from launch.ports import LOCAL

MODULE = "apps.desk.demo_outside"
PORTS = ("mail", "outside")
# Whoever names one of these has servers of their own; then nothing of ours stands between.
THEIRS = ("EMAIL_HOST", "SMS_URL", "WECHAT_APP_ID", "WECOM_URL")


def mailbox(env: Mapping[str, str], folder: Path) -> dict[str, str]:
    """That there will be one, for whoever makes the demonstration's data before it is there."""
    return {} if any(env.get(name) for name in THEIRS) else {"DEMO_MAILBOX": str(folder)}


def environment(env: Mapping[str, str], folder: Path, ports: Mapping[str, int]) -> dict[str, str]:
    """Settings that lead the product to it; empty when the person has set up a provider."""
    known = mailbox(env, folder)
    if not known:
        return {}
    url = f"http://{LOCAL}:{ports['outside']}"
    return {
        **known,
        "EMAIL_HOST": LOCAL,
        "EMAIL_PORT": str(ports["mail"]),
        "EMAIL_USE_TLS": "0",
        "SMS_URL": url,
        "SMS_ACCESS_KEY": "demo",
        "SMS_ACCESS_SECRET": "demo",  # it opens nothing
        "SMS_SIGN_NAME": env.get("COMPANY_NAME") or "一票速递",
        "WECOM_URL": url,
        "WECHAT_URL": url,
        "WECHAT_APP_ID": "demo",
        "WECHAT_APP_SECRET": "demo",  # it opens nothing
    }


def words(ports: Mapping[str, int]) -> list[str]:
    """Of the command that runs it."""
    return ["-m", MODULE, "--mail", str(ports["mail"]), "--http", str(ports["outside"])]
