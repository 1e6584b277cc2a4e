"""What a limit comes to: the answer with its explanation, and the setting it is worked out in."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, tzinfo
from typing import Any, NamedTuple

from states.calendars import NONE, Calendar, Calendars
from states.instants import offset_name, zone_of
from states.stops import NO_STOPS, Stop, Stops


class Day(NamedTuple):
    """One day of the explanation; ``what``: start|working|off|weekend|makeup|excluded|paused|rolled|counted."""

    date: str
    what: str
    counted: bool
    note: str


class Due(NamedTuple):
    """``at``: the last instant in time (UTC); ``on``: its local date; ``precision``: instant|day; two names; rows."""

    at: datetime
    on: date
    precision: str
    provisional: bool
    calendar: str
    zone: str
    days: tuple[Day, ...]


class Event(NamedTuple):
    """Where a count starts: an instant or bare date; ``day`` where a day part before it says which day it is."""

    at: datetime | date
    day: date | None = None


class Reached:
    """A `Due` on its way: ``whole_day`` if the next part of a sequence starts on its day, not at its instant."""

    __slots__ = ("at", "days", "precision", "provisional", "setting", "whole_day")

    def __init__(  # noqa: PLR0917  # the parts of an answer, in the order they are found
        self,
        at: datetime,
        precision: str,
        whole_day: bool,
        provisional: bool,
        setting: "Setting",
        days: list[Day] | None = None,
    ) -> None:
        self.at = at
        self.precision = precision
        self.whole_day = whole_day
        self.provisional = provisional
        self.setting = setting
        self.days: list[Day] = [] if days is None else days

    @property
    def on(self) -> date:
        """The local date of ``at``."""
        return self.at.astimezone(self.setting.zone).date()


class Setting(NamedTuple):
    """What a rule is counted with: its calendar, its zone, the hours of its business time, the stops in its zone."""

    calendar: Calendar
    zone: tzinfo
    zone_name: str
    hours: Mapping[str, Any] | None
    stops: Stops


class Settings:
    """Resolves calendar, zone and hours of a rule and hands them down to its branches."""

    __slots__ = ("_calendar", "_calendars", "_event", "_hours", "_stops", "_zone")

    def __init__(
        self,
        calendars: Calendars,
        *,
        calendar: str | None,
        zone: str | None,
        event: datetime | date,
        stops: Sequence[str | Stop],
        hours: Mapping[str, Any] | None = None,
    ) -> None:
        """``event`` tells the zone where neither rule nor context nor calendar names one."""
        self._calendars = calendars
        self._calendar = calendar
        self._zone = zone
        self._hours = hours
        self._event = event
        self._stops = stops

    @property
    def stopped(self) -> bool:
        """Whether any stop was given."""
        return bool(self._stops)

    def under(self, rule: Mapping[str, Any]) -> "Settings":
        """The settings the branches of this rule inherit."""
        return Settings(
            self._calendars,
            calendar=rule.get("calendar", self._calendar),
            zone=rule.get("zone", self._zone),
            event=self._event,
            stops=self._stops,
            hours=rule.get("hours", self._hours),
        )

    def of(self, rule: Mapping[str, Any]) -> Setting:
        """The setting of one rule; raises NotFound for its calendar, Usage for its zone."""
        calendar = self._calendars.get(rule.get("calendar") or self._calendar or NONE)
        name = rule.get("zone") or self._zone or calendar.zone or offset_name(self._event)
        zone = zone_of(name)
        stops = Stops(self._stops, zone) if self._stops else NO_STOPS
        return Setting(calendar, zone, name, rule.get("hours") or self._hours, stops)
