"""What `demo` prints of a year: the answers of `jobs.demo.tell_year` as people read them."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from cli.demo_words import BARS, CHANGES, ROLES, Words
from cli.forms import spoken
from cli.render import Block, day_time
from cli.texts import _, plural
from cli.width import cut

Answer = Mapping[str, Any]

WIDE = 46  # columns of a title in a table


def role(name: str) -> str:
    """A role: English readers get the word of the policy."""
    return _(ROLES.get(name, name))


def answers(found: Answer) -> Iterable[Block]:
    """Who answers, and who came and went."""
    lines = []
    for unit in found["units"]:
        for row in unit["roles"]:
            names = ", ".join(_held(one) for one in row["holders"])
            lines += [[unit["unit"], role(row["role"]), names]] if names else []
    if found["group"]:
        lines.append([found["group"][0]["unit"], "", ", ".join(_held(one) for one in found["group"])])
    yield Block("who", _("1. Who answers? As of {day}").format(day=found["on"]), lines)
    changes = [[day_time(row["at"]), _changed(row)] for row in found["changes"]]
    yield Block("change", _("   Who came and went"), changes)


def _held(one: Answer) -> str:
    more = _("acting") if one["why"] == "acting" else ""
    if one["for"]:
        more = _("stands in")
    return f"{one['name']} ({more})" if more else str(one["name"])


def _changed(row: Answer) -> str:
    said = {**row, "post": role(row.get("post", ""))}
    return _(CHANGES[row["what"]]).format(**said)


def pace(rows: Sequence[Answer]) -> Block:
    """How often what is counted was done."""
    lines = [
        [
            cut(spoken(row["title"], row["duty"]), WIDE),
            row["unit"],
            row["window"],
            f"{row['done']}/{row['required']}",
            "#" * row["done"] + "." * max(0, row["required"] - row["done"]),
            str(row["warned"] or "-"),
        ]
        for row in rows
    ]
    heads = [_("Duty"), _("Unit"), _("Window"), _("Done"), "", _("Warned of its pace")]
    return Block("pace", _("5. How steadily was it studied and met?"), lines, heads)


def decided(found: Answer) -> Block:
    said = _(
        "{meetings} meetings were held. They took {decisions} decisions, {carried_out} of them are carried out; of "
        "{tasks} tasks {checked} are checked."
    )
    return Block("decided", "", [[said.format(**found)]])


def inspected(rows: Sequence[Answer], words: Words) -> Block:
    """Each inspection with what it found."""
    lines = [
        [
            row["ref"],
            row["unit"],
            words.choice("inspection", "kind", row["kind"]),
            row["opened_at"][:10],
            words.of("inspection", "states", row["state"]),
            ", ".join(f"{one['ref']} {words.of('rectification', 'states', one['state'])}" for one in row["findings"]),
            plural("{n} sibling unit asked", "{n} sibling units asked", row["asked"]) if row["asked"] else "",
        ]
        for row in rows
    ]
    heads = [_("Number"), _("Unit"), _("Kind"), _("Opened"), _("State"), _("Findings"), ""]
    return Block("inspection", _("6. What did inspections find, and is it put right?"), lines, heads)


def upward(rows: Sequence[Answer], words: Words) -> Block:
    """How incidents went upward, grade by grade."""
    keys = ("cases", "first_in_time", "first_late", "notices", "led", "meetings", "open")
    lines = [
        [words.choice("incident", "severity", row["grade"]), *(str(row[key] or "-") for key in keys)] for row in rows
    ]
    heads = [
        _("Severity"), _("Incidents"), _("First report in time"), _("Late"), _("Notices upward"),
        _("Led in person"), _("Meetings called"), _("Open"),
    ]  # fmt: skip
    return Block("upward", _("7. How did incidents go upward?"), lines, heads)


def barred(rows: Sequence[Answer]) -> Block:
    """What decisions bar somebody from until when."""
    lines = []
    for row in rows:
        for answer in row["answers"]:
            what = _(BARS[answer["for"]])
            until = _("barred until {day}").format(day=answer["until"]) if answer["barred"] else _("not barred")
            because = "; ".join(spoken(one["effect"], "") for one in answer["because"])
            lines.append([row["ref"], row["who"], what, until, because])
    return Block("barred", _("   What it bars from, and until when"), lines)


def scores(found: Answer) -> Iterable[Block]:
    """The scorecard: units, in the order of their codes; nobody is ranked."""
    names = [(row["name"], spoken(row["title"], row["name"])) for row in found["measures"]]
    lines = []
    for row in found["rows"]:
        cells = [_points(row["points"].get(name)) for name, _title in [*names, ("total", "")]]
        lines.append([row["unit"], *cells])
    heading = _("9. How did each unit do in {year}?").format(year=found["year"])
    yield Block("score", heading, lines, [_("Unit"), *(title for _name, title in names), _("Total")])
    if not found["criteria"]["before_year"]:
        said = _("What it weighs was put in force on {day}, not before the year began; every card says so.")
        yield Block("criteria", "", [[said.format(day=str(found["criteria"]["weights_changed_at"])[:10])]])


def _points(found: Sequence[int] | None) -> str:
    if not found:
        return "-"
    return f"{found[0]}/{found[1]}" if found[1] else str(found[0])


def began(found: Answer | None, words: Words) -> Iterable[Block]:
    """The first weeks of the next year."""
    if found is None:
        return
    lines = [
        [
            cut(spoken(row["title"], row["duty"]), WIDE),
            _("{n} opened").format(n=row["units"]),
            _("{n} on a calendar not yet published").format(n=row["provisional"]) if row["provisional"] else "",
        ]
        for row in found["opened"]
    ]
    yield Block("opened", _("10. How did {year} begin?").format(year=found["year"]), lines)
    papers = [
        [row["ref"], row["unit"], words.of("report", "states", row["state"]), _paper(row)] for row in found["summaries"]
    ]
    yield Block("summary", _("   The summary of the year before, drafted by the program"), papers)
    results = [
        [
            row["ref"],
            row["unit"],
            words.of("assessment", "states", row["state"]),
            "-" if row["points"] is None else str(row["points"]),
            _("objected: {text}").format(text=cut(row["objection"], WIDE)) if row["objection"] else "",
            cut(row["reply"] or "", WIDE),
        ]
        for row in found["assessments"]
    ]
    heads = [_("Number"), _("Unit"), _("State"), _("Points of 100"), "", ""]
    yield Block("assessment", _("   The assessment of the year before"), results, heads)


def _paper(row: Answer) -> str:
    return ", ".join(_("{name}, {size} bytes").format(**one) for one in row["files"])
