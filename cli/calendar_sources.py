"""Calendars taken from libraries of public holidays, never further than what is published.

`chinesecalendar` knows the schedules the State Council has published and says so; the calendar is valid to the last of
those years. `holidays` works days out by rule for any year, published or not; what it gives is valid to the end of
the present year, less where it says itself that it estimates or lacks the make-up days of former years, or further
where somebody says with --checked-to that the days were compared with what is published.
"""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from cli.texts import N_
from states.calendar_files import WEEKDAYS
from states.errors import Invalid, Usage

SOURCES = ("chinesecalendar", "holidays")

Body = dict[str, Any]

_SPAN = re.compile(r"([0-9]{4})(?:-([0-9]{4}))?")
_MOST_YEARS = 50
_LOOK_BACK = 3  # years in which make-up days show that a country decrees them year by year


def years_of(text: str) -> range:
    """``2026`` or ``2025-2027``; raises Usage."""
    found = _SPAN.fullmatch(text)
    first, last = (int(found[1]), int(found[2] or found[1])) if found else (0, 0)
    if not (1900 <= first <= last < 2200 and last - first < _MOST_YEARS):
        raise Usage(
            "{text} is not a span of years.", hint=N_("Write it as 2026 or 2025-2027."), where="--years", text=text
        )
    return range(first, last + 1)


def from_chinesecalendar(years: range, name: str | None) -> Body:
    """The Chinese schedule of those of these years that are published; Invalid where none is."""
    try:
        import chinese_calendar
    except ImportError as error:
        raise _not_installed("chinesecalendar") from error
    published = [year for year in years if _published(chinese_calendar, year)]
    if not published:
        raise Invalid(
            "chinesecalendar knows none of the years {first} to {last}.",
            hint=N_("A year comes with the release that follows its publication: install a newer one."),
            first=years[0],
            last=years[-1],
        )
    span = range(published[0], published[-1] + 1)
    off = [day for day in _days(span) if day in chinese_calendar.holidays]
    work = [day for day in _days(span) if day.weekday() > 4 and chinese_calendar.is_workday(day)]
    off = sorted({*off, *(day for day in _days(span) if day.weekday() < 5 and not chinese_calendar.is_workday(day))})
    return _body("chinesecalendar", name or "CN", "CN", span, (off, work), (5, 6), span[-1]) | {"zone": "Asia/Shanghai"}


def _published(library: Any, year: int) -> bool:
    try:
        library.is_workday(date(year, 1, 1))
    except NotImplementedError:
        return False
    return True


def from_holidays(  # noqa: PLR0917  # the options of one command
    country: str, subdivision: str | None, years: range, name: str | None, this_year: int, checked_to: int | None
) -> Body:
    """The public holidays of a country or a part of it; Usage for an unknown one, Invalid where no year is valid."""
    try:
        import holidays
    except ImportError as error:
        raise _not_installed("holidays") from error
    place = "-".join(filter(None, (country, subdivision)))
    span = range(years[0] - _LOOK_BACK, years[-1] + 2)  # a day may be observed in the year before or after its own
    try:
        book = holidays.country_holidays(country, subdiv=subdivision, years=span, language=None)
        spoken = "en_US" if "en_US" in book.supported_languages else None
        by_year = {
            year: holidays.country_holidays(
                country, subdiv=subdivision, years=(year - 1, year, year + 1), language=spoken
            )
            for year in years
        }
    except NotImplementedError as error:
        raise Usage(
            "The library holidays does not know {place}.",
            hint=N_("Use the codes of ISO 3166: --country GB --subdiv ENG."),
            where="--country",
            place=place,
        ) from error
    weekend = tuple(sorted(by_year[years[-1]].weekend))
    off = [day for day in _days(years) if not by_year[day.year].is_working_day(day)]
    named = [day for day in off if day in by_year[day.year] or day.weekday() not in weekend]
    work = [day for day in _days(years) if day.weekday() in weekend and by_year[day.year].is_working_day(day)]
    last = checked_to if checked_to is not None else _valid_to(book, by_year, years, this_year)
    if last < years[0]:
        raise Invalid(
            "Nothing of {first} to {last} can be taken as published from the library holidays.",
            hint=N_("Compare the days with what is published, then say up to which year with --checked-to YEAR."),
            first=years[0],
            last=years[-1],
        )
    return _body("holidays", name or place, place, years, (named, work), weekend, min(last, years[-1]))


def _valid_to(book: Any, by_year: dict[int, Any], years: range, this_year: int) -> int:
    """The last year that may be relied on: not one to come, not an estimate, not one without its make-up days."""
    last: int = min(this_year, book.end_year)
    made_up = {day.year for day in book.weekend_workdays if day.year >= last - _LOOK_BACK}
    if made_up:
        last = min(last, max(made_up))
    estimated = [year for year in years if any(_estimated(by_year[year], day) for day in _days(range(year, year + 1)))]
    return min(last, estimated[0] - 1) if estimated else last


def _estimated(book: Any, day: date) -> bool:
    return "(estimated)" in (book.get(day) or "")


def _days(years: range) -> Iterator[date]:
    day, end = date(years[0], 1, 1), date(years[-1], 12, 31)
    while day <= end:
        yield day
        day += timedelta(days=1)


def _body(  # noqa: PLR0917  # the parts of a calendar, in the order of its file
    library: str, name: str, place: str, years: range, days: tuple[list[date], list[date]], weekend: tuple[int, ...],
    valid_to: int,
) -> Body:  # fmt: skip
    from importlib.metadata import version

    off, work = ([day.isoformat() for day in listed] for listed in days)
    release = version(library)
    return {
        "name": name,
        "weekend": [WEEKDAYS[day] for day in weekend],
        "off": off,
        "work": work,
        "valid": [f"{years[0]}-01-01", f"{valid_to}-12-31"],
        "source": f"{library} {release}, {place}, {years[0]}-{years[-1]}",
        "version": f"{library}-{release}-{years[0]}-{valid_to}",
    }


def _not_installed(library: str) -> Invalid:
    return Invalid(
        "The library {library} is not installed.",
        hint=N_("Install duecourse with its extra `calendars`."),
        library=library,
    )
