"""Calendars: which days are working days, in which years that is known, and which zone decides what a day is."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from states.calendar_files import WEEKDAYS, parse_calendars
from states.errors import N_, Invalid, NotFound

__all__ = ["NONE", "WEEKDAYS", "Calendar", "Calendars", "Shipped", "parse_calendars", "shipped"]

NONE = "none"
_SHIPPED = "calendar_data"
_LAST = date.max.toordinal()
# Twenty years without one working day: the calendar cannot answer, and walking on would never end.
_BARREN = 20


class Calendar:
    """One calendar, read only; ``name, zone, version, source, valid`` as in its file, days as ISO dates."""

    __slots__ = (
        *("_lists", "_members", "_off", "_valid", "_weekend", "_work"),
        *("name", "source", "valid", "version", "zone"),
    )

    def __init__(self, body: Mapping[str, Any], members: Iterable["Calendar"] = ()) -> None:
        """``body`` as `parse_calendars` gives it; ``members`` are the calendars of its union."""
        self._members = tuple(members)
        self.name: str = body["name"]
        self.source: str = body.get("source", "")
        versions = [f"{member.name}@{member.version}" for member in self._members]  # a union is as new as its members
        self.version: str = " ".join(versions) or body.get("version", "")
        zones = {member.zone for member in self._members}
        self.zone: str | None = body.get("zone") or (zones.pop() if len(zones) == 1 else None)
        self._weekend = frozenset(WEEKDAYS.index(day) for day in body.get("weekend", ("sat", "sun")))
        self._off = frozenset(_ordinals(body.get("off", ())))
        self._work = frozenset(_ordinals(body.get("work", ())))
        spans = [member.valid for member in self._members if member.valid is not None]
        if body.get("valid"):
            first, last = body["valid"]
            spans.append((date.fromisoformat(first), date.fromisoformat(last)))
        self.valid: tuple[date, date] | None = (
            (max(span[0] for span in spans), min(span[1] for span in spans)) if spans else None
        )
        self._valid = (self.valid[0].toordinal(), self.valid[1].toordinal()) if self.valid else (1, _LAST)
        # (first day listed, last day listed, the working days between), replaced as a whole when it grows.
        self._lists: tuple[int, int, list[int]] = (1, 0, [])

    def day(self, day: date) -> str:
        """``working``, ``off`` (a named day), ``weekend``, or ``makeup``: a work date that would otherwise be off."""
        return self.kind(day.toordinal())

    def is_working(self, day: date) -> bool:
        """Whether that is a working day."""
        return self.kind(day.toordinal()) in ("working", "makeup")

    def covers(self, day: date) -> bool:
        """Whether that day lies within ``valid``, both ends in; a calendar without ``valid`` covers every day."""
        return self._valid[0] <= day.toordinal() <= self._valid[1]

    def covers_span(self, low: int, high: int) -> bool:
        """Whether every day from ``low`` to ``high`` (ordinals) is covered."""
        return self._valid[0] <= low and high <= self._valid[1]

    def kind(self, day: int) -> str:
        """`day` for an ordinal. In a union a day off in any member is off."""
        if self._members:
            kinds = {member.kind(day) for member in self._members}
            for kind in ("off", "weekend", "makeup"):
                if kind in kinds:
                    return kind
            return "working"
        free = "off" if day in self._off else "weekend" if (day + 6) % 7 in self._weekend else ""
        if day in self._work:
            return "makeup" if free else "working"
        return free or "working"

    def working(self, day: int) -> bool:
        """`is_working` for an ordinal."""
        if not self._members:
            return day in self._work or (day not in self._off and (day + 6) % 7 not in self._weekend)
        return all(member.working(day) for member in self._members)

    def days(self, low: int, high: int) -> list[int]:
        """All working days listed so far, ascending, covering at least ``low`` to ``high`` (ordinals)."""
        first, last, listed = self._lists
        if first <= low and high <= last:
            return listed
        if first > last:
            first = date(date.fromordinal(low).year, 1, 1).toordinal()
            last = first - 1
        start = min(first, date(date.fromordinal(max(low, 1)).year, 1, 1).toordinal())
        stop = max(last, date(date.fromordinal(min(high, _LAST)).year, 12, 31).toordinal())
        working = self.working
        before = [day for day in range(start, first) if working(day)]
        listed = before + listed + [day for day in range(last + 1, stop + 1) if working(day)]
        self._lists = (start, stop, listed)
        return listed

    def after(self, day: int, n: int) -> int:
        """The ``n``-th working day after ``day`` (ordinals, n >= 1); raises Invalid where there is none."""
        high = day + n + 400
        while True:
            listed = self.days(day, min(high, _LAST))
            at = bisect_right(listed, day) + n - 1
            if at < len(listed):
                return listed[at]
            if high > _LAST:
                raise OverflowError("past the last year a date can have")
            self._guard(listed, self._lists[1] - 366 * _BARREN, self._lists[1], day)
            high = max(high, self._lists[1]) + 3660

    def before(self, day: int, n: int) -> int:
        """The ``n``-th working day before ``day`` (ordinals, n >= 1); raises Invalid where there is none."""
        low = day - n - 400
        while True:
            listed = self.days(max(low, 1), day)
            at = bisect_left(listed, day) - n
            if at >= 0:
                return listed[at]
            if low < 1:
                raise OverflowError("before the first year a date can have")
            self._guard(listed, self._lists[0], self._lists[0] + 366 * _BARREN, day)
            low = min(low, self._lists[0]) - 3660

    def _guard(self, listed: list[int], low: int, high: int, day: int) -> None:
        """Raise Invalid if the twenty years last listed hold no working day."""
        long_enough = self._lists[1] - self._lists[0] > 366 * _BARREN
        if long_enough and bisect_left(listed, low) == bisect_right(listed, high):
            raise Invalid(
                "The calendar {calendar} has no working day in the twenty years around {day}.",
                calendar=self.name,
                day=date.fromordinal(day).isoformat(),
                hint=N_("Check 'weekend' and 'off' of the calendar: at least one weekday must be left."),
            )


class _EveryDay(Calendar):
    """The calendar ``none``: every day is working, always known."""

    __slots__ = ()

    def after(self, day: int, n: int) -> int:
        return day + n

    def before(self, day: int, n: int) -> int:
        return day - n


class Calendars:
    """Calendars by name, each built once; ``none`` is always there."""

    def __init__(self, bodies: Mapping[str, Mapping[str, Any]]) -> None:
        """``bodies``: name to the normal form of `parse_calendars`."""
        self._bodies = bodies
        self._built: dict[str, Calendar] = {NONE: _EveryDay({"name": NONE, "weekend": ()})}

    def names(self) -> list[str]:
        """The names, without ``none``, in order."""
        return sorted(self._bodies)

    def get(self, name: str) -> Calendar:
        """The calendar of that name; raises NotFound, or Invalid for a union that leads nowhere or in a circle."""
        found = self._built.get(name)
        return found if found is not None else self._build(name, ())

    def _build(self, name: str, under: tuple[str, ...]) -> Calendar:
        built = self._built.get(name)
        if built is not None:
            return built
        body = self._bodies.get(name)
        if body is None and not under:
            raise NotFound(
                "There is no calendar '{calendar}'.",
                calendar=name,
                hint=N_("'calendar list' shows the calendars there are; 'calendar import FILE' adds one."),
            )
        if body is None:
            raise Invalid(
                "The calendar {calendar} unites '{member}', which does not exist.",
                calendar=under[-1],
                member=name,
                hint=N_("Import the member first, or correct 'union'."),
            )
        if name in under:
            raise Invalid(
                "The calendar {calendar} unites itself: {path}.",
                calendar=name,
                path=" > ".join((*under, name)),
                hint=N_("Take one of the calendars out of 'union'."),
            )
        members = [self._build(member, (*under, name)) for member in body.get("union", ())]
        built = self._built[name] = Calendar(body, members)
        return built


class Shipped(Mapping[str, Mapping[str, Any]]):
    """The reviewed calendars that come with the program, in normal form; each is read when it is asked for."""

    def __getitem__(self, name: str) -> dict[str, Any]:
        import json

        if not name.replace("-", "").isalnum():
            raise KeyError(name)
        folder = __file__.rpartition("calendars.py")[0]
        try:
            with open(f"{folder}{_SHIPPED}/{name}.json", encoding="utf-8") as file:  # noqa: PTH123  # pathlib costs 3 ms
                body: dict[str, Any] = json.load(file)
        except FileNotFoundError:
            raise KeyError(name) from None
        return body

    def __iter__(self) -> Iterator[str]:
        from pathlib import Path

        return iter(sorted(file.stem for file in Path(__file__).with_name(_SHIPPED).glob("*.json")))

    def __len__(self) -> int:
        return sum(1 for _ in self)


def shipped() -> dict[str, dict[str, Any]]:
    """All of the calendars that come with the program, by name."""
    return {name: dict(body) for name, body in Shipped().items()}


def _ordinals(days: Iterable[str]) -> Iterable[int]:
    return (date.fromisoformat(day).toordinal() for day in days)
