"""The one spelling of an instant: UTC text of fixed width, which sorts as text."""

from datetime import UTC, datetime


def stamp(at: datetime) -> str:
    """``2026-11-22T05:15:00.123456Z`` of an aware datetime."""
    return f"{at.astimezone(UTC).isoformat(timespec='microseconds')[:-6]}Z"


def moment(text: str) -> datetime:
    """The aware datetime of a stamp."""
    return datetime.fromisoformat(text)
