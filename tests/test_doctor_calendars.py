"""`doctor` and the calendars: what must be known, and which limits are provisional until it is."""

from __future__ import annotations


def checks(office, name: str, code: int = 0) -> list[tuple[bool, str]]:
    """(in order, what doctor says) of the checks of that name."""
    return [(row["ok"], row["say"]) for row in office.json("doctor", code=code)["checks"] if row["name"] == name]


def test_from_november_the_next_year_has_to_be_known(office):
    """In October this year is enough; in November next year's calendar is missing and doctor says so, exit 1."""
    office.run("advance", "--to", "2026-10-31", "--jump")
    assert checks(office, "calendar") == [(True, "The calendar CN is known to 2026-12-31.")]
    office.run("advance", "--to", "2026-11-01", "--jump")
    ((ok, say),) = checks(office, "calendar", code=1)
    assert not ok
    assert say.startswith("The calendar CN does not know 2027 yet")
    text = "{name: CN, zone: Asia/Shanghai, off: [2027-01-01], valid: [2026-01-01, 2027-12-31]}"
    office.run("calendar", "import", office.file("next.yaml", text))
    assert checks(office, "calendar") == [(True, "The calendar CN is known to 2027-12-31.")]


def test_every_calendar_that_limits_are_counted_with_is_looked_at(office):
    """The calendar of a unit is checked beside that of the workspace; one that nobody uses is not."""
    office.run("calendar", "import", office.file("own.yaml", "{name: OWN, valid: [2026-01-01, 2026-06-30]}"))
    assert [ok for ok, _ in checks(office, "calendar")] == [True]
    units = "units: [{code: DATA, name: Data, parent: CITY, calendar: OWN}]"
    office.run("org", "import", office.file("more.yaml", units))
    found = checks(office, "calendar", code=1)
    assert [ok for ok, _ in found] == [True, False]
    assert "The calendar OWN does not know 2026 yet" in found[1][1]


def test_provisional_limits_are_shown(office):
    """A limit that reaches into an unknown year is named; once the year is loaded it is no more."""
    assert checks(office, "provisional") == [(True, "No running limit is provisional.")]
    text = "{name: CN, zone: Asia/Shanghai, valid: [2026-01-01, 2026-01-10]}"
    office.run("calendar", "import", office.file("short.yaml", text))
    ref = office.report()
    ((ok, say),) = checks(office, "provisional", code=1)
    assert ok
    assert f"{ref} submit" in say
    assert "(provisional)" in office.run("case", "show", ref).out
    whole = "{name: CN, zone: Asia/Shanghai, valid: [2026-01-01, 2026-12-31]}"
    done = office.json("calendar", "import", office.file("whole.yaml", whole))
    assert done["recomputed"] == {"clocks": 1, "moved": 0, "failed": 0}
    assert checks(office, "provisional") == [(True, "No running limit is provisional.")]
