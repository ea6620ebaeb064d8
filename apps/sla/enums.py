"""Choices of the sla floor."""

from typing import Any

EVENT_KINDS: dict[str, Any] = {}
