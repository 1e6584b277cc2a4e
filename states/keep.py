"""How long a closed case keeps what may be erased: ``5 years``, ``6 months + 15 days``; counted from its closing.

Calendar arithmetic in UTC, from instant to instant: it depends on no calendar, zone or setting that may change later.
"""

from calendar import monthrange
from datetime import datetime, timedelta

from states.durations import Duration, format_duration, parse_duration
from states.errors import N_, Usage

UNITS = ("days", "weeks", "months", "years")
_CLOSE = "after close"


def parse_period(text: str) -> str:
    """The canonical spelling of ``5 years after close``; Usage for what is no span of days, weeks, months or years."""
    spans = [parse_duration(part) for part in text.strip().removesuffix(_CLOSE).split("+")]
    if any(span.unit not in UNITS or span.n == 0 for span in spans):
        raise Usage(
            "'{text}' is no span of days, weeks, months or years after the closing.",
            text=text,
            hint=N_("Write it as `5 years after close`."),
        )
    return " + ".join(map(format_duration, spans))


def kept_until(closed: datetime, period: str) -> datetime:
    """The instant up to which a case closed then keeps its values."""
    for part in period.split("+"):
        closed = _later(closed, parse_duration(part))
    return closed


def closed_before(now: datetime, period: str) -> datetime:
    """Cases closed up to this instant have surely run out of a period now; later ones by a few days may have."""
    for part in reversed(period.split("+")):
        span = parse_duration(part)
        now = _later(now, Duration(-span.n, span.unit))
    return now


SLACK = timedelta(days=8)  # the most by which counting back over ends of months differs from counting forward


def _later(at: datetime, span: Duration) -> datetime:
    """The same day and time so many months on, or the last of that month."""
    if span.unit in {"days", "weeks"}:
        return at + timedelta(days=span.n * (7 if span.unit == "weeks" else 1))
    months = at.year * 12 + at.month - 1 + span.n * (12 if span.unit == "years" else 1)
    year, month = months // 12, months % 12 + 1
    return at.replace(year=year, month=month, day=min(at.day, monthrange(year, month)[1]))
