"""A summary in words: sections of a heading and lines, the same for every paper it is put on."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from cli.forms import spoken
from cli.texts import N_, _, plural, role
from cli.width import one_line

Facts = Mapping[str, Any]
Titles = Mapping[str, Any]  # type -> definition

_DUTIES = {
    "met": N_("met in time"),
    "late": N_("done late"),
    "missed": N_("missed"),
    "skipped": N_("skipped"),
}


_MARKS = re.compile(r"[\\`*\[\]<>#|]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])")


class Section(NamedTuple):
    """A part of the paper."""

    title: str
    lines: list[str]


class Words:
    """What types, clocks, acts and duties are called, in the reader's language."""

    def __init__(self, types: Titles, duties: Titles) -> None:
        self._types = types
        self._duties = duties

    def type(self, name: str) -> str:
        return spoken(self._types.get(name, {}).get("title"), name)

    def part(self, type_: str, kind: str, name: str) -> str:
        return spoken(self._types.get(type_, {}).get(kind, {}).get(name, {}).get("title"), name)

    def level(self, type_: str, level: str) -> str:
        definition = self._types.get(type_, {})
        field = definition.get("fields", {}).get(definition.get("severity"), {})
        return spoken(field.get("titles", {}).get(level), level)

    def duty(self, code: str) -> str:
        return spoken(self._duties.get(code, {}).get("title"), code)


def window(name: str) -> str:
    """``2026-H1`` as people say it."""
    year, _dash, part = name.partition("-")
    match part[:1]:
        case "H":
            said = _("the first half of {year}") if part == "H1" else _("the second half of {year}")
            return said.format(year=year)
        case "Q":
            return _("quarter {number} of {year}").format(number=part[1:], year=year)
    return name


def heading(facts: Facts) -> str:
    return _("{unit}: summary of {window}").format(unit=facts["unit_name"], window=window(facts["window"]))


def sections(facts: Facts, words: Words, reasons: Sequence[Facts] = ()) -> list[Section]:
    """What was done, what went wrong and why, what comes next."""
    span = _("From {first} to {last}, counted up to {until}. Drafted from the record; to be edited.").format(
        first=facts["first"], last=facts["last"], until=facts["until"][:16].replace("T", " ")
    )
    problems = list(_problems(facts, words, reasons))
    return [
        Section(_("What was done"), [span, *_done(facts, words)]),
        Section(_("Problems and their causes"), problems or [_("No limit was exceeded.")]),
        Section(
            _("Next steps, {window}").format(window=window(facts["next_window"])),
            list(_steps(facts["next"], words)) or [_("Nothing is open, and no duty falls due.")],
        ),
    ]


def _done(facts: Facts, words: Words) -> Iterator[str]:
    for row in facts["cases"]:
        type_ = row["type"]
        line = _("{type}: {opened} opened, {closed} closed, {open} open at the end.").format(
            type=words.type(type_), opened=row["opened"], closed=row["closed"], open=row["open"]
        )
        if row["levels"]:
            line += " " + _("Opened by grade: {grades}.").format(
                grades=_counted((words.level(type_, level), number) for level, number in row["levels"].items())
            )
        if row["acts"]:
            line += " " + _("Done: {acts}.").format(
                acts=_counted((words.part(type_, "actions", act), number) for act, number in row["acts"].items())
            )
        yield line
    duties = facts["duties"]
    if any(duties.values()):
        yield _("Duties that fell due: {duties}.").format(
            duties=_counted((_(say), duties[outcome]) for outcome, say in _DUTIES.items() if duties[outcome])
        )
    for row in facts["activities"]:
        yield _("{duty}: {often}.").format(
            duty=words.duty(row["duty"]), often=plural("recorded {n} time", "recorded {n} times", row["count"])
        )
    limits = facts["limits"]
    if limits["percent"] is not None:
        yield _(
            "Of all limits {percent} % were met in time: {in_time} in time, {late} late, {overdue} overdue."
        ).format(**limits)


def _counted(parts: Any) -> str:
    return ", ".join(f"{name} {number}" for name, number in parts)


def _problems(facts: Facts, words: Words, reasons: Sequence[Facts]) -> Iterator[str]:
    for row in facts["problems"]:
        line = _("{type}, {clock} ({post}): {late} ended late, {overdue} overdue, by up to {days}.").format(
            type=words.type(row["type"]),
            clock=words.part(row["type"], "clocks", row["clock"]),
            post=role(row["post"]),
            late=row["late"],
            overdue=row["overdue"],
            days=plural("{n} day", "{n} days", row["days"]),
        )
        if row["empty"]:
            line += " " + _("Nobody was there for: {roles}.").format(roles=", ".join(map(role, row["empty"])))
        yield line + " " + _("See {refs}.").format(refs=", ".join(row["refs"]))
        for said in reasons:
            if (said["type"], said["clock"]) == (row["type"], row["clock"]):
                yield _("Reason given for {ref}: {reason}").format(ref=said["ref"], reason=one_line(said["reason"]))
    for row in facts["missed"]:
        line = _("{duty}, {unit}, {window}: {outcome}.").format(
            duty=words.duty(row["duty"]), unit=row["unit"], window=row["window"], outcome=_(_DUTIES[row["outcome"]])
        )
        yield line + (" " + _("See {refs}.").format(refs=row["ref"]) if row["ref"] else "")


def _steps(rows: Sequence[Facts], words: Words) -> Iterator[str]:
    """What comes next, soonest first; of cases that wait for the same thing in one unit one line."""
    alike: dict[tuple[Any, ...], list[Facts]] = {}
    for row in rows:
        key = (row["unit"], row["type"], row["clock"], row["overdue"]) if row["kind"] == "case" else (len(alike),)
        alike.setdefault(key, []).append(row)
    for group in alike.values():
        row = group[0]
        if len(group) == 1:
            yield step(row, words)
            continue
        line = _("{type}, {unit}: {clock}, {count} cases").format(
            count=len(group),
            type=words.type(row["type"]),
            unit=row["unit"],
            clock=words.part(row["type"], "clocks", row["clock"]),
        )
        yield f"{line} {_until(row)} ({', '.join(one['ref'] for one in group)})"


def _until(row: Facts) -> str:
    return _("(overdue)") if row["overdue"] else _("(by {day})").format(day=row["due_on"])


def step(row: Facts, words: Words) -> str:
    """One next step as a sentence."""
    if row["kind"] == "duty":
        what = _("{duty} ({window}), {unit}").format(
            duty=words.duty(row["duty"]), window=row["window"], unit=row["unit"]
        )
    else:
        what = _("{type} {ref}, {unit}: {clock}").format(
            type=words.type(row["type"]),
            ref=row["ref"],
            unit=row["unit"],
            clock=words.part(row["type"], "clocks", row["clock"]),
        )
    return f"{what} {_until(row)}" if row["due_on"] else what


def markdown(title: str, parts: Sequence[Section]) -> str:
    """The paper as Markdown."""
    lines = [f"# {_plain(title)}"]
    for part in parts:
        lines += ["", f"## {_plain(part.title)}", "", *(f"- {_plain(line)}" for line in part.lines)]
    return "\n".join(lines) + "\n"


def _plain(text: str) -> str:
    """Text that Markdown takes for nothing else."""
    return " ".join(_MARKS.sub(r"\\\g<0>", text).split())
