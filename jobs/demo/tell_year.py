"""What a leader would ask of a whole year, answered from the database alone: who answers, how steadily it was studied,
what inspections found, how incidents went upward, how each unit did, and how the next year began."""

from datetime import date
from typing import Any

from jobs.demo.record import Answer, Record
from states.errors import Problem
from workflow import duties, eligible, policies, register, scorecard
from workflow.identity import person_id
from workflow.store import Store, Tx
from workflow.trail import Who

GRADES = ("critical", "major", "large", "general")
BARS = ("award", "promotion", "equal-post")
SUMMED_UP = "yearly-summary"
WHY = "For the yearly evaluation 年度考评"


def who_answers(record: Record) -> Answer:
    """{on, units: [{unit, roles: [{role, holders: [{name, why, post, unit}]}]}], changes: [{at, what, …}]}.

    The body with the most units below it, one of its sections and one body below it: those with most cases.
    """
    today = record.today()
    units = [_ladder(record, unit, today) for unit in _examples(record)]
    group = register.who(record.tx, "leading_group", units[0]["unit"], today)["holders"] if units else []
    return {
        "on": today.isoformat(),
        "units": units,
        "group": [_held(record, one) for one in group],
        "changes": _changes(record),
    }


def _examples(record: Record) -> list[str]:
    """The body that stands between the others, its busiest section, the busiest body below it."""
    rows = {row["code"]: row for row in register.tree(record.tx)}
    busy = dict.fromkeys(rows, 0)
    for ref in record.cases:
        busy[record.case(ref)["unit"]] += 1
    bodies = [code for code, row in rows.items() if row["kind"] == "body"]
    middle = [code for code in bodies if any(rows[other]["parent"] == code for other in bodies)]
    body = next((code for code in middle if rows[code]["parent"] in rows), bodies[0] if bodies else "")
    found = [body] if body else []
    for kind in ("unit", "body"):
        below = [code for code, row in rows.items() if row["parent"] == body and row["kind"] == kind]
        found += sorted(below, key=lambda code: (-busy[code], code))[:1]
    return found


def _ladder(record: Record, unit: str, day: date) -> Answer:
    made_of_others = policies.current(record.tx)["roles"]
    rows = [row for row in register.ladder(record.tx, unit, day)["roles"] if row["role"] not in made_of_others]
    return {
        "unit": unit,
        "roles": [
            {"role": row["role"], "holders": [_held(record, one) for one in row["holders"]], "vacant": row["vacant"]}
            for row in rows
        ],
    }


def _held(record: Record, one: Answer) -> Answer:
    return {**one, "name": record.name(one["person"])}


def _changes(record: Record) -> list[Answer]:
    """Every posting that began or ended, and every leave, after the register was first brought in."""
    first = next((event["at"] for event in record.events if event["kind"] == "org.changed"), "")
    rows = []
    for event in record.events:
        data = event["data"]
        if event["kind"] == "leave.set":
            who, deputy = record.name(data["person"]), record.name(data["deputy"])
            span = {"from": data["from"], "to": data["to"]}
            rows.append({"at": record.local(event["at"]), "what": "leave", "name": who, "deputy": deputy, **span})
        elif event["kind"] == "org.changed" and data.get("table") == "posting" and event["at"] > first:
            row = data["row"]
            what = "ends" if row["to_on"] else "acts" if row["acting"] else "begins"
            rows.append(
                {
                    "at": record.local(event["at"]),
                    "what": what,
                    "name": record.name(row["person"]),
                    "post": row["post"],
                    "unit": row["unit"],
                    "from": row["from_on"],
                    "to": row["to_on"],
                    "reason": event["reason"],
                }
            )
    return rows


def paces(record: Record, year: int) -> list[Answer]:
    """What is counted: rows {duty, title, unit, window, done, required, status, warned}; ``warned`` how often."""
    warned: dict[tuple[str, str, str], int] = {}
    for event in record.events:
        if event["kind"] == "duty.warned":
            key = (event["data"]["duty"], event["data"]["unit"], event["data"]["window"])
            warned[key] = warned.get(key, 0) + 1
    keys = ("duty", "title", "unit", "window", "done", "required", "status", "ref")
    return [
        {**{key: row[key] for key in keys}, "warned": warned.get((row["duty"], row["unit"], row["window"]), 0)}
        for row in duties.list_(record.tx, year=year)
        if row["ref"] and record.case(row["ref"])["type"] == "quota"
    ]


def inspections(record: Record) -> list[Answer]:
    """Rows {ref, kind, title, unit, state, opened_at, findings: [{ref, state}], asked}; ``asked`` sibling units."""
    rows = []
    for ref in record.of_type("inspection"):
        case = record.case(ref)
        linked = {
            kind: [link["ref"] for link in case["links"] if link["kind"] == kind] for kind in ("finding", "sibling")
        }
        rows.append(
            {
                **{key: case[key] for key in ("ref", "title", "unit", "state", "opened_at", "duty")},
                "kind": case["fields"].get("kind"),
                "findings": [{"ref": one, "state": record.case(one)["state"]} for one in linked["finding"]],
                "asked": len(linked["sibling"]),
            }
        )
    return rows


def upward(record: Record) -> list[Answer]:
    """For each grade, as it stands: {grade, cases, first_in_time, first_late, notices, meetings, led, open}."""
    rows = {grade: {"grade": grade, **dict.fromkeys(_COUNTED, 0)} for grade in GRADES}
    for ref in record.of_type("incident"):
        case, events = record.case(ref), record.cases[ref]
        row: dict[str, Any] = rows[case["severity"]]
        row["cases"] += 1
        row["open"] += case["closed_at"] is None
        row["led"] += any(event["action"] == "lead" for event in events)
        for event in events:
            if event["kind"] == "clock.met" and event["data"]["clock"] == "first_report":
                row["first_late" if event["data"]["late"] else "first_in_time"] += 1
        row["notices"] += sum(link["kind"] == "notice" for link in case["links"])
        row["meetings"] += sum(link["kind"] == "meeting" for link in case["links"])
    return [row for row in rows.values() if row["cases"]]


_COUNTED = ("cases", "first_in_time", "first_late", "notices", "meetings", "led", "open")


def decisions(record: Record) -> Answer:
    """{meetings, decisions, carried_out, tasks, checked}: what meetings decided, and what came of it."""
    of = {type_: [record.case(ref) for ref in record.of_type(type_)] for type_ in ("meeting", "decision", "task")}
    return {
        "meetings": sum(case["state"] in {"held", "recorded"} for case in of["meeting"]),
        "decisions": len(of["decision"]),
        "carried_out": sum(case["state"] == "carried_out" for case in of["decision"]),
        "tasks": len(of["task"]),
        "checked": sum(case["state"] == "checked" for case in of["task"]),
    }


def scores(record: Record, year: int) -> Answer:
    """{year, criteria, measures, rows: [{unit, points: {measure: [points, of]}}]}, the units as a whole."""
    found = scorecard.scorecard(record.tx, year=year)
    rows: dict[str, dict[str, list[int]]] = {}
    for row in found["rows"]:
        if row["post"] is None:
            rows.setdefault(row["unit"], {})[row["measure"]] = [row["points"], row["of"]]
    return {
        "year": year,
        "criteria": found["criteria"],
        "measures": found["measures"],
        "rows": [{"unit": unit, "points": points} for unit, points in rows.items()],
    }


def new_year(record: Record, year: int) -> Answer | None:
    """How a year began: {year, opened: [{duty, title, units, provisional}], summaries, assessments}; None: not yet."""
    if record.today().year < year:
        return None
    opened: dict[str, Answer] = {}
    for event in record.events:
        if event["kind"] == "duty.opened" and event["data"]["window"].rpartition("@")[2][:4] == str(year):
            data = event["data"]
            row = opened.setdefault(data["duty"], {"duty": data["duty"], "units": 0, "provisional": 0})
            row["units"] += 1
            row["provisional"] += data["provisional"]
    titles = {row["duty"]: row["title"] for row in duties.list_(record.tx, year=year)}
    cases = [record.case(ref) for ref in record.cases]
    summaries = [
        {**{key: case[key] for key in ("ref", "title", "unit", "state")}, "files": case["files"]}
        for case in cases
        if case["duty"] == SUMMED_UP and case["opened_at"][:4] == str(year)
    ]
    keys = ("points", "result", "objection", "reply")
    assessments = [
        {**{key: case[key] for key in ("ref", "unit", "state")}, **{key: case["fields"].get(key) for key in keys}}
        for case in cases
        if case["type"] == "assessment" and case["fields"].get("year") == year - 1
    ]
    return {
        "year": year,
        "opened": [{**row, "title": titles.get(row["duty"], {})} for row in opened.values()],
        "summaries": summaries,
        "assessments": sorted(assessments, key=lambda row: row["unit"]),
    }


def barred(store: Store) -> list[Answer]:
    """Of everybody who was decided about: what is barred until when, asked by an inspector, on record.

    Awards are those of the year of the decision. Rows {ref, login, who, asked_by, answers}: an answer as `eligible`
    gives it. Nobody is asked about without a case.
    """
    with store.read() as tx:
        record = Record(tx)
        decided = [record.case(ref) for ref in record.of_type("accountability")]
        asked = [(case, _inspector(tx, record, case)) for case in decided if "measure" in case["fields"]]
    rows = []
    for case, inspector in asked:
        login = case["fields"]["respondent"]
        if inspector is None:
            continue
        year = int(case["fields"]["effective_on"][:4])
        answers = [_asked(store, login, what, inspector, year if what == "award" else None) for what in BARS]
        row = {"ref": case["ref"], "login": login, "who": record.names[login], "asked_by": inspector}
        rows.append({**row, "answers": [answer for answer in answers if answer]})
    return rows


def _inspector(tx: Tx, record: Record, case: Answer) -> str | None:
    found = register.who(tx, "inspector", case["unit"], record.today())["holders"]
    record.name(case["fields"]["respondent"])
    others = (one["person"] for one in found if one["person"] != case["fields"]["respondent"])
    return next(others, None)


def _asked(store: Store, login: str, what: str, inspector: str, year: int | None) -> Answer | None:
    def ask(tx: Tx) -> Answer:
        who = Who(person_id(tx, inspector), "sandbox-as")
        found: Answer = eligible.eligible(tx, login, what, who=who, year=year, reason=WHY)
        return found

    try:
        return store.transact(ask)
    except Problem:
        return None
