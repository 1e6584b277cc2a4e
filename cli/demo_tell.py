"""What `demo` prints: the answers of `jobs.demo.tell` as people read them, one block for each question."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from itertools import groupby
from shlex import quote
from typing import Any

from cli import demo_year as year
from cli.demo_words import DONE, ENDS, KINDS, ROLES, WHY, Words
from cli.errors import EXIT_CODES, describe
from cli.render import Block, day_time
from cli.texts import _, language, plural
from cli.width import cut
from states.errors import Integrity, Problem

Answer = Mapping[str, Any]

MOST_LATE, MOST_SHORT, MOST_LONG = 12, 6, 24
WIDE = 46  # columns of a title in a table


def plain(answer: dict[str, Any]) -> dict[str, Any]:
    """The answers for programs: the refusal as code and sentence."""
    refused = answer["refused"]
    if refused and isinstance(refused["problem"], Problem):
        code, said = describe(refused["problem"])
        refused = {**refused, "problem": {"exit": code, **said}}
    return {**answer, "refused": refused}


# What a narrow terminal can do without, by the tag of the block: each column goes only where cutting is not enough.
SPARE: Mapping[str, Sequence[int]] = {
    "duty": (8, 2), "late": (4,), "inspection": (3,), "finding": (3,), "charge": (4,), "assessment": (5,),
    **dict.fromkeys(("who", "change", "stood-in", "nobody", "pace", "upward", "incident", "barred", "score", "opened",
                     "summary", "count"), ()),
}  # fmt: skip


def blocks(answer: Answer, words: Words, folder: str) -> Iterable[Block]:
    """Everything, in the order a leader would ask."""
    for block in _told_in_order(answer, words, folder):
        block.spare = SPARE.get(block.tag)
        yield block


def _told_in_order(answer: Answer, words: Words, folder: str) -> Iterable[Block]:
    yield Block("", "", [[line] for line in _opening(answer, folder)])
    yield from year.answers(answer["who"])
    yield _duties(answer["duties"])
    yield _late(answer, words)
    yield from _told(answer, words)
    yield _stood_in(answer["stood_in"], words)
    yield _nobody(answer["nobody"], words)
    yield year.pace(answer["paces"])
    yield year.decided(answer["decisions"])
    yield year.inspected(answer["inspections"], words)
    yield _findings(answer["findings"], words)
    yield year.upward(answer["upward"], words)
    yield _incident(answer["incident"], words)
    yield from _charges(answer, words)
    yield year.barred(answer["barred"])
    yield from year.scores(answer["scores"])
    yield from year.began(answer["new_year"], words)
    yield _refused(answer["refused"])
    yield _proof(answer, words)
    yield _next_steps(answer, folder)


def _opening(answer: Answer, folder: str) -> list[str]:
    first = _("{folder} held an earlier demo; it is replaced.") if answer["replaced"] else _("Made in {folder}.")
    return [
        first.format(folder=folder),
        _("An office of {units} units and {people} people, from {begun} to {now}; seed {seed}.").format(
            units=answer["units"],
            people=answer["people"],
            begun=answer["begun"][:10],
            now=answer["now"][:10],
            seed=answer["seed"],
        ),
    ]


def _late(answer: Answer, words: Words) -> Block:
    rows, still = answer["late"], sum(row["end"] == "open" for row in answer["late"])
    heading = _("3. What was late? {in_time} limits were met in time, {late} were not ({still} of them still open).")
    lines = [
        [
            row["ref"],
            cut(row["title"], WIDE),
            row["unit"],
            words.of(row["type"], "clocks", row["clock"]),
            day_time(row["due_at"]),
            _(ENDS[row["end"]]).format(at=day_time(row["at"])),
            _after(row["due_at"], row["at"] or answer["now"]),
            str(row["level"]),
        ]
        for row in rows[:MOST_LATE]
    ]
    heads = [_("Number"), _("Title"), _("Unit"), _("Clock"), _("Due"), _("What became of it"), _("Late by"), _("Step")]
    return Block(
        "late", heading.format(in_time=answer["in_time"], late=len(rows), still=still), _with_more(lines, rows), heads
    )


def _after(due_at: str, at: str) -> str:
    """How long after its due time something ended."""
    minutes = int((datetime.fromisoformat(at) - datetime.fromisoformat(due_at)).total_seconds()) // 60
    if minutes < 120:
        return plural("{n} minute", "{n} minutes", max(minutes, 1))
    if minutes < 48 * 60:
        return plural("{n} hour", "{n} hours", minutes // 60)
    return plural("{n} day", "{n} days", minutes // (24 * 60))


def _more(n: int) -> str:
    return plural("… and {n} more", "… and {n} more", n)


def _told(answer: Answer, words: Words) -> Iterable[Block]:
    case = answer["told"]
    if case is None:
        return
    heading = _("4. Who was told, and when? {ref}, {clock}: {title}").format(
        ref=case["ref"], clock=words.of(case["type"], "clocks", case["clock"]), title=case["title"]
    )
    lines = [[day_time(row["at"]), _what(row), _people(row) or _passed(row)] for row in case["rows"]]
    yield Block("told", heading, lines)


def _what(row: Answer) -> str:
    return _(KINDS[row["what"]]).format(step=row["step"])


def _people(row: Answer) -> str:
    """Who was told, deputies with whom they stand for, posts nobody holds."""
    said = [f"{_for(one['name'], one['for'])} ({_role(one['role'])})" for one in row["told"]]
    said += [_empty(one) for one in row["skipped"]]
    return "; ".join(said)


def _passed(row: Answer) -> str:
    if row["passed"]:
        return _("passed over")
    if row["what"] in {"started", "recomputed"}:
        return _("due {at}").format(at=day_time(row["due_at"]))
    return _("by {name}").format(name=row["by"]) if row["by"] else ""


def _for(name: str, other: str | None) -> str:
    return _("{name} for {other}").format(name=name, other=other) if other else name


def _empty(one: Answer) -> str:
    return _("nobody: {role} is {why}").format(role=_role(one["role"]), why=_(WHY[one["why"]]))


def _role(name: str) -> str:
    """A role: English readers get the word of the policy."""
    return _(ROLES.get(name, name))


def _stood_in(rows: Sequence[Answer], words: Words) -> Block:
    heading = _("   Where somebody stood in: {n} times").format(n=len(rows))
    lines = [
        [day_time(row["at"]), row["ref"], _doing(row, words, row["type"]), _for(row["who"], row["for"])]
        for row in rows[:MOST_SHORT]
    ]
    return Block("stood-in", heading, _with_more(lines, rows))


def _doing(row: Answer, words: Words, type_: str) -> str:
    """What an event did: the action, or the clock and what it did by itself."""
    verb, what = row["kind"].split(".")
    if verb == "clock":
        return f"{words.of(type_, 'clocks', row['clock'])}: {_(KINDS[what]).format(step=row['step'])}"
    return words.of(type_, "actions", row["action"]) if row["action"] else _(DONE[what])


def _with_more(lines: list[list[str]], rows: Sequence[Answer]) -> list[list[str]]:
    return [*lines, [_more(len(rows) - len(lines))]] if len(rows) > len(lines) else lines


def _nobody(rows: Sequence[Answer], words: Words) -> Block:
    heading = _("   Where a step found a post without its holder: {n} times").format(n=len(rows))
    lines = [
        [day_time(row["at"]), row["ref"], _doing(row, words, row["type"]), row["unit"], _empty(row)]
        for row in rows[:MOST_SHORT]
    ]
    return Block("nobody", heading, _with_more(lines, rows))


def _duties(rows: Sequence[Answer]) -> Block:
    spoken = "en" if language() == "en" else "zh"
    lines = [
        [row["title"].get(spoken) or row["duty"], row["window"], row["due_on"]]
        + [str(row[key] or "-") for key in ("units", "met", "late", "missed", "open", "skipped")]
        for row in rows
    ]
    heads = [
        _("Duty"),
        _("Window"),
        _("Due"),
        _("Units"),
        _("In time"),
        _("Late"),
        _("Missed"),
        _("Open"),
        _("Skipped"),
    ]
    return Block("duty", _("2. What was due, and what became of it?"), lines, heads)


def _incident(case: Answer | None, words: Words) -> Block:
    if case is None:
        return Block("incident", "", [])
    heading = _("   What happened with {ref} ({grade}, {unit}): {title}?").format(
        ref=case["ref"],
        grade=words.choice("incident", "severity", case["severity"]),
        unit=case["unit"],
        title=case["title"],
    )
    return Block("incident", heading, _shortened(list(_folded(list(_telling(case["rows"])), words))))


def _folded(rows: Sequence[Answer], words: Words) -> Iterable[list[str]]:
    """The history of an incident; what is done again and again, and nothing else between, stands once: how often."""
    for _same, run in groupby(enumerate(rows), key=lambda row: row[1]["action"] or row[0]):
        first, *more = (row for _at, row in run)
        yield _history(first, words, "incident")
        if len(more) > 1:
            said = plural("… the same {n} time more", "… the same {n} times more", len(more))
            yield ["", said, "", _("until {at}").format(at=day_time(more[-1]["at"]))]
        else:
            yield from (_history(row, words, "incident") for row in more)


def _telling(rows: Sequence[Answer]) -> Iterable[Answer]:
    """What people did, what was late and who was told; of each clock its first start."""
    started = set()
    for row in rows:
        if row["kind"].startswith("case.") or row["kind"] in {"clock.breached", "clock.escalated"} or row["late"]:
            yield row
        elif row["kind"] == "clock.started" and row["clock"] not in started:
            started.add(row["clock"])
            yield row


def _shortened(lines: list[list[str]]) -> list[list[str]]:
    """A long story: its beginning and its end."""
    if len(lines) <= MOST_LONG:
        return lines
    half = MOST_LONG // 2
    return [*lines[:half], [_more(len(lines) - MOST_LONG)], *lines[-half:]]


def _history(row: Answer, words: Words, type_: str) -> list[str]:
    """One line of a case's history: when, what, who, and what it changed."""
    told = [_for(one["name"], one["for"]) for one in row["told"]] + [_empty(one) for one in row["skipped"]]
    if row["kind"] in {"clock.started", "clock.recomputed"}:
        return [day_time(row["at"]), _doing(row, words, type_), "", _("due {at}").format(at=day_time(row["due_at"]))]
    if row["kind"].startswith("clock."):
        late = [_("late; it was due {at}").format(at=day_time(row["due_at"]))] if row["late"] else told
        return [day_time(row["at"]), _doing(row, words, type_), "", "; ".join(late)]
    to = [words.of(type_, "states", row["to"])] if row["to"] != row["from"] else []
    if row["kind"] == "case.acted":
        changed = [name for name in ("severity", "measure") if name in row["fields"]]
        to += [words.choice(type_, name, row["fields"][name]) for name in changed]
        to += [row["fields"]["to"]] if "to" in row["fields"] else []
    who = _for(row["by"], row["for"]) if row["by"] else _("the scheduler")
    return [day_time(row["at"]), _doing(row, words, type_), who, ", ".join(to)]


def _findings(rows: Sequence[Answer], words: Words) -> Block:
    """What is open first; of what is put right the newest."""
    still = [row for row in rows if row["closed_at"] is None]
    shown = [*still, *(row for row in reversed(rows) if row["closed_at"] is not None)]
    lines = [
        [
            row["ref"],
            cut(row["title"], WIDE),
            row["unit"],
            day_time(row["opened_at"]),
            words.of("rectification", "states", row["state"]),
            _("since {at}, by {name}").format(at=day_time(row["at"]), name=row["by"]),
        ]
        for row in shown[: max(MOST_SHORT, len(still))]
    ]
    heads = [_("Number"), _("Finding"), _("Unit"), _("Found"), _("State"), _("Last act")]
    heading = _("   Findings: {n}, of which {open} are still to be put right").format(n=len(rows), open=len(still))
    return Block("finding", heading, _with_more(lines, shown), heads)


def _charges(answer: Answer, words: Words) -> Iterable[Block]:
    """Everybody charged in a line, and the one that went furthest in full."""
    cases: Sequence[Answer] = answer["charged"]
    lines = [
        [
            case["ref"],
            f"{case['respondent']} ({_role(case['post'])})",
            words.choice("accountability", "ground", case["ground"]),
            case["cites"],
            _("proposed by {name}").format(name=case["rows"][0]["by"] or _("the scheduler")),
            words.of("accountability", "states", case["state"]),
            words.choice("accountability", "measure", case["measure"]),
        ]
        for case in cases
    ]
    proposed = []
    if answer["proposals"]["made"]:
        said = _("The scheduler proposed it {made} times; {dropped} of its proposals were dismissed at once or lapsed.")
        proposed = [[said.format(**answer["proposals"])]]
    yield Block("charge", _("8. Who was held to account, for which failure?"), lines)
    yield Block("proposed", "", proposed)
    full = max(cases, key=lambda case: (bool(case["measure"]), len(case["rows"])), default=None)
    if full:
        rows = [_history(row, words, "accountability") for row in full["rows"]]
        yield Block("charged", _("   The course of {ref}").format(ref=full["ref"]), rows)


def _refused(refused: Answer | None) -> Block:
    if refused is None:
        return Block("refused", "", [])
    more = plural("The trail has {n} event more now.", "The trail has {n} events more now.", refused["events"])
    lines = [
        [
            _("{name} submitted {ref}, holds a post that reviews, and tries to review it.").format(
                name=refused["who"], ref=refused["ref"]
            )
        ]
    ]
    if isinstance(refused["problem"], Problem):
        code, said = describe(refused["problem"])
        lines.append([_("Answer (exit {code}): {message}").format(code=code, message=said["message"])])
    return Block("refused", _("11. Can anybody sign off their own work?"), [*lines, [more]])


def _proof(answer: Answer, words: Words) -> Block:
    counts, checked = answer["counts"], answer["verify"]
    fired = counts["fired"]
    acts = _("{n} acts of {people} people").format(n=counts["acts"], people=counts["actors"])
    timers = _("{reminded} reminders, {breached} limits passed, {escalated} steps").format(**fired)
    lines = [
        [_("events"), str(counts["events"]), acts],
        [_("timers fired"), str(sum(fired.values())), timers],
    ]
    for type_, states in counts["cases"].items():
        said = ", ".join(f"{words.of(type_, 'states', state)} {n}" for state, n in states.items())
        lines.append([words.type(type_), str(sum(states.values())), said])
    code = 0 if checked["ok"] else EXIT_CODES[Integrity]
    proven = _("nothing was changed afterwards, and every act is decided the same again") if checked["ok"] else ""
    lines.append(["audit verify --replay", _("exit {code}").format(code=code), proven])
    lines += [["", problem["stream"], problem["what"]] for problem in checked["problems"]]
    return Block("count", _("12. Can all of this be believed?"), lines)


def _next_steps(answer: Answer, folder: str) -> Block:
    commands = [f"cd {quote(folder)}", "duecourse due --overdue"]
    if answer["told"]:
        commands.append(f"duecourse case history {answer['told']['ref']}")
    if answer["nobody"]:
        first = answer["nobody"][0]
        commands.append(f"duecourse org ladder {first['unit']} --on {first['at'][:10]}")
    commands += ["duecourse duty list", "duecourse duty show study-sessions"]
    commands.append(f"duecourse stats scorecard --year {answer['year']} --unit {answer['who']['units'][-1]['unit']}")
    if answer["barred"]:
        one = max(answer["barred"], key=lambda row: any(each["barred"] for each in row["answers"]))
        why = quote(_("for the evaluation"))
        what = next((row["for"] for row in one["answers"] if row["barred"]), "promotion")
        when = f" --year {answer['year']}" if what == "award" else ""
        commands.append(f"duecourse eligible {one['login']} --for {what}{when} --reason {why} --as {one['asked_by']}")
    if answer["new_year"]:
        commands.append(f"duecourse summary draft --unit {answer['who']['units'][0]['unit']} --window {answer['year']}")
    commands.append("duecourse audit verify --replay")
    if answer["refused"]:
        commands.append(f"duecourse do {answer['refused']['ref']} review --as {answer['refused']['login']}")
    return Block("try", _("Look for yourself:"), [[line] for line in commands])
