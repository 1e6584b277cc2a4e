"""What a leader would ask at the end of the year, answered from the database alone. Nothing here knows the story."""

from collections import Counter

from jobs.demo.record import Answer, Record
from jobs.demo.refusal import refusal
from jobs.demo.tell_year import barred, decisions, inspections, new_year, paces, scores, upward, who_answers
from workflow import duties, policies
from workflow.stats import answerable
from workflow.store import Store
from workflow.verify import verify
from workflow.windows import bare

GRAVITY = ("critical", "major", "large", "general")
STANDINGS = ("units", "met", "late", "missed", "open", "skipped")
WORDS = tuple(f"clock.{word}" for word in ("started", "reminded", "breached", "escalated", "met", "cancelled"))
ENDS = {"clock.met": "met", "clock.cancelled": "cancelled", "clock.recomputed": "moved"}


def everything(store: Store) -> Answer:
    """{late, told, stood_in, nobody, duties, incident, findings, charged, refused, counts, verify}."""
    refused, bars = refusal(store), barred(store)
    with store.read() as tx:
        record = Record(tx)
        late_rows = late(record)
        year = int(record.local(record.events[0]["at"])[:4])
        return {
            "year": year,
            "who": who_answers(record),
            "barred": bars,
            "paces": paces(record, year),
            "inspections": inspections(record),
            "upward": upward(record),
            "decisions": decisions(record),
            "scores": scores(record, year),
            "new_year": new_year(record, year + 1),
            "begun": record.local(record.events[0]["at"]),
            "now": record.local(tx.now),
            "units": len(record.units),
            "people": people(record),
            "in_time": in_time(record),
            "late": late_rows,
            "told": told(record, late_rows),
            "stood_in": stood_in(record),
            "nobody": nobody(record),
            "duties": standing_duties(record, year),
            "incident": incident(record),
            "findings": findings(record),
            "charged": charged(record),
            "proposals": proposals(record),
            "refused": refused,
            "counts": counts(record),
            "verify": verify(tx, replay=True),
        }


def in_time(record: Record) -> int:
    """How many limits were met in time."""
    return sum(event["kind"] == "clock.met" and not event["data"]["late"] for event in record.events)


def late(record: Record) -> list[Answer]:
    """Every limit that was passed: rows {ref, type, title, unit, clock, run, due_at, end, at, level}, worst first.

    ``end``: met | cancelled | moved | open; ``at``: when it ended; ``level``: the highest step that was climbed.
    """
    rows = []
    for breach in record.events:
        if breach["kind"] != "clock.breached":
            continue
        case = record.case(breach["case"])
        if answerable(record.law(case), breach["data"]["clock"]) is None:
            continue  # a time given to somebody is over: nobody is late
        ended = next(iter(record.of_run(breach, *ENDS)), None)
        steps = [event["data"]["step"] for event in record.of_run(breach, "clock.escalated")]
        rows.append(
            {
                **{key: case[key] for key in ("ref", "type", "title", "unit", "severity", "duty")},
                "clock": breach["data"]["clock"],
                "run": breach["data"]["run"],
                "due_at": record.local(breach["data"]["due_at"]),
                "end": ENDS[ended["kind"]] if ended else "open",
                "at": record.local(ended["at"]) if ended else None,
                "level": max(steps, default=0),
            }
        )
    return sorted(rows, key=lambda row: (-row["level"], row["due_at"], row["ref"]))


def told(record: Record, late_rows: list[Answer]) -> Answer | None:
    """The delay that went highest (of equals, the one with most to tell), and every word that was sent of it."""
    found = [{**row, "rows": _words(record, row)} for row in late_rows]
    return max(found, key=lambda row: (row["level"], sum(_weight(word) for word in row["rows"])), default=None)


def _weight(word: Answer) -> int:
    """How much there is to one word: who was told, for whom, and who was missing."""
    return len(word["told"]) + len(word["skipped"]) + sum(one["for"] is not None for one in word["told"])


def _words(record: Record, row: Answer) -> list[Answer]:
    """Rows {at, what, step, told, skipped, passed} of the run of a clock that was late."""
    run = {"case": row["ref"], "data": {"clock": row["clock"], "run": row["run"]}}
    return [
        {
            "at": record.local(event["at"]),
            "what": event["kind"].removeprefix("clock."),
            "step": event["data"].get("step"),
            "due_at": record.local(event["data"]["due_at"]),
            "by": record.name(event["actor"]),
            "told": [
                {"name": record.name(one["person"]), "role": one["role"], "for": record.name(one["for"])}
                for one in event["data"].get("told", ())
            ],
            "skipped": event["data"].get("skipped", []),
            "passed": event["data"].get("passed", False),
        }
        for event in record.of_run(run, *WORDS)
    ]


def stood_in(record: Record) -> list[Answer]:
    """Where a deputy acted or was told for somebody: rows {at, ref, type, kind, action, clock, step, who, for}."""
    rows = []
    for event in record.events:
        if event["behalf"] and event["kind"].startswith("case."):
            rows.append(_stood(record, event, event["actor"], event["behalf"]))
        told = event["data"].get("told", ()) if event["case"] else ()
        rows += [_stood(record, event, one["person"], one["for"]) for one in told if one["for"]]
    return rows


def _stood(record: Record, event: Answer, who: str, for_: str) -> Answer:
    return {
        "at": record.local(event["at"]),
        "ref": event["case"],
        "type": record.place(event["case"])["type"],
        "kind": event["kind"],
        "action": event["action"],
        "clock": event["data"].get("clock"),
        "step": event["data"].get("step"),
        "who": record.name(who),
        "for": record.name(for_),
    }


def nobody(record: Record) -> list[Answer]:
    """Where a step missed the holder of a post the unit has: {at, ref, type, unit, kind, clock, step, role, why, told}.

    A post that a unit never had (a bureau has no head of section) is no vacancy.
    """
    postings = [event["data"]["row"] for event in record.events if event["data"].get("table") == "posting"]
    filled = {(row["unit"], row["post"]) for row in postings}
    rows = []
    for event in record.events:
        if event["kind"] != "clock.escalated":
            continue
        where = record.place(event["case"])
        rows += [
            {
                "at": record.local(event["at"]),
                "ref": event["case"],
                **where,
                "kind": event["kind"],
                "clock": event["data"]["clock"],
                "step": event["data"]["step"],
                **empty,
                "told": len(event["data"]["told"]),
            }
            for empty in event["data"]["skipped"]
            if (where["unit"], empty["role"]) in filled
        ]
    return rows


def standing_duties(record: Record, year: int) -> list[Answer]:
    """Each duty and window of a year that has opened: {duty, title, window, due_on, units, met, late, missed, …}.

    What begins with a post (a vacancy, an appointment) has a window of its own each time: these are told as one.
    """
    afterwards = {
        (event["data"]["duty"], event["data"]["unit"], event["data"]["window"])
        for event in record.events
        if event["kind"] == "duty.met" and event["data"]["late"]
    }
    occasions = {code for code, duty in policies.current(record.tx)["duties"].items() if "posts" in duty}
    found: dict[tuple[str, str], Answer] = {}
    for row in duties.list_(record.tx, year=year):
        if row["ref"] is None:
            continue
        window = bare(row["window"]) if row["duty"] not in occasions else str(year)
        start = {"duty": row["duty"], "title": row["title"], "window": window, "due_on": row["due_on"]}
        of = found.setdefault((row["duty"], window), {**start, **dict.fromkeys(STANDINGS, 0)})
        of["units"] += 1
        status = "late" if (row["duty"], row["unit"], row["window"]) in afterwards else row["status"]
        of["open" if status in {"open", "at-risk"} else status] += 1
    return list(found.values())


def incident(record: Record) -> Answer | None:
    """The gravest incident, of equals the one with most on record: the case, with its history as ``rows``."""
    refs = [ref for ref, events in record.cases.items() if events[0]["data"].get("type") == "incident"]
    if not refs:
        return None
    found = [record.case(ref) for ref in refs]
    case = min(found, key=lambda case: (GRAVITY.index(case["severity"]), -len(record.cases[case["ref"]])))
    return {**_brief(case), "rows": [_line(record, event) for event in record.cases[case["ref"]]]}


def findings(record: Record) -> list[Answer]:
    """What inspections found and what became of it: {ref, title, unit, state, opened_at, by, at}."""
    rows = []
    for ref, events in record.cases.items():
        if events[0]["data"].get("type") == "rectification":
            acts = [event for event in events if event["kind"] == "case.acted"]
            last = acts[-1] if acts else events[0]
            case = record.case(ref)
            said = case["fields"].get("finding") or case["title"]
            by = {"by": record.name(last["actor"]), "at": record.local(last["at"])}
            rows.append({**_brief(case), "title": said, **by})
    return rows


def charged(record: Record) -> list[Answer]:
    """Everybody held to account: the case with respondent, ground, cited matter, measure, and the acts as ``rows``.

    A proposal of the scheduler that nobody took up, or that was dismissed at once, is no such case.
    """
    rows = []
    for ref, events in record.cases.items():
        taken_up = events[0]["actor"] is not None or any(event["action"] == "open" for event in events)
        if events[0]["data"].get("type") != "accountability" or not taken_up:
            continue
        case = record.case(ref)
        fields = case["fields"]
        rows.append(
            {
                **_brief(case),
                "respondent": record.name(fields["respondent"]),
                **{key: fields.get(key) for key in ("post", "ground", "cites", "measure")},
                "rows": [_line(record, event) for event in events if event["kind"].startswith("case.")],
            }
        )
    return rows


def proposals(record: Record) -> Answer:
    """{made, dropped}: how often the scheduler proposed that somebody is held to account, and nobody was."""
    made = [ref for ref in record.of_type("accountability") if record.cases[ref][0]["actor"] is None]
    dropped = [
        ref
        for ref in made
        if record.case(ref)["state"] == "dismissed" and not any(e["action"] == "open" for e in record.cases[ref])
    ]
    return {"made": len(made), "dropped": len(dropped)}


def _brief(case: Answer) -> Answer:
    keys = ("ref", "type", "title", "unit", "state", "severity", "opened_at", "closed_at")
    return {key: case[key] for key in keys}


def _line(record: Record, event: Answer) -> Answer:
    """One line of a history, with names."""
    data = event["data"]
    return {
        "at": record.local(event["at"]),
        "kind": event["kind"],
        "action": event["action"],
        "from": event["from"],
        "to": event["to"],
        "by": record.name(event["actor"]),
        "for": record.name(event["behalf"]),
        "reason": event["reason"],
        "clock": data.get("clock"),
        "due_at": record.local(data["due_at"]) if "due_at" in data else None,
        "step": data.get("step"),
        "late": data.get("late"),
        "told": [{"name": record.name(one["person"]), "for": record.name(one["for"])} for one in data.get("told", ())],
        "skipped": data.get("skipped", []),
        "fields": data.get("fields", {}),
    }


def counts(record: Record) -> Answer:
    """How much there is: events by kind, cases by type and state, who has a part."""
    states: dict[str, Counter[str]] = {}
    for ref in record.cases:
        case = record.case(ref)
        states.setdefault(case["type"], Counter())[case["state"]] += 1
    kinds = Counter(event["kind"] for event in record.events)
    return {
        "events": len(record.events),
        "cases": {type_: dict(of) for type_, of in sorted(states.items())},
        "fired": {kind: kinds[f"clock.{kind}"] for kind in ("reminded", "breached", "escalated")},
        "acts": kinds["case.acted"],
        "actors": len({event["actor"] for event in record.events if event["action"]}),
    }


def people(record: Record) -> int:
    """How many people hold or held a post."""
    rows = [event["data"]["row"] for event in record.events if event["data"].get("table") == "posting"]
    return len({row["person"] for row in rows})
