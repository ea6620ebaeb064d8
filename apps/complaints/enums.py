"""Choices of the complaints floor."""

from typing import Any

EVENT_KINDS: dict[str, Any] = {}
