"""The pack holds what CONTRACT.md section 6 and RESPONSIBILITY.md C and D say, word for word, in two languages."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from support.policies import compiled, pack

from states.catalog import is_pack, pack_sources, packs, sources_of
from states.errors import NotFound

EVERY = pack()["types"]
FIXED = ("report", "incident", "rectification", "accountability")  # what is fixed of the others: test_pack_types
TYPES = {name: EVERY[name] for name in FIXED}

# type: (prefix, required on opening, optional on opening)
OPENING = {
    "report": ("RPT", {"recipient"}, {"kind", "period", "copy_to", "proposals"}),
    "incident": ("INC", {"severity", "occurred_at"}, {"aware_at"}),
    "rectification": ("RCT", {"finding"}, {"class", "source"}),
    "accountability": ("ACC", {"respondent", "post", "ground", "cites", "gravity"}, set()),
}

# type: action: (from, to, by, needs; "file" and "reason" among them)
ACTIONS = {
    "report": {
        "submit": ("drafted", "submitted", "owner unit_head", "file"),
        "return": ("submitted", "drafted", "reviewer", "reason"),
        "review": ("submitted", "reviewed", "reviewer", ""),
        "archive": ("reviewed", "archived", "office", ""),
        "withdraw": ("drafted submitted", "withdrawn", "owner unit_head", "reason"),
    },
    "incident": {
        "notify": ("raised analysed reported", None, "unit_head reviewer first office", "to"),
        "analyse": ("raised", "analysed", "owner unit_head member_in_charge", "analysis"),
        "report": ("analysed", "reported", "unit_head reviewer first", "summary"),
        "resolve": ("reported", "resolved", "unit_head reviewer", "outcome"),
        "regrade": ("raised analysed reported", None, "reviewer first", "severity reason"),
        "dismiss": ("raised", "dismissed", "reviewer", "reason"),
        "reopen": ("resolved", "raised", "decider", "reason"),
    },
    "rectification": {
        "plan": ("found", "planned", "owner unit_head", "plan"),
        "complete": ("planned", "done", "owner unit_head", "file"),
        "verify": ("done", "verified", "reviewer inspector", ""),
        "return": ("done", "planned", "reviewer inspector", "reason"),
    },
    "accountability": {
        "open": ("proposed", "opened", "decider", ""),
        "investigate": ("opened", "investigated", "inspector decider", "facts"),
        "answer": ("opened investigated", None, "party", "statement"),
        "hear": ("investigated", "heard", "decider", "record"),
        "decide": ("heard", "decided", "decider", "measure effective_on grounds"),
        "file": ("decided", "filed", "office inspector", ""),
        "close": ("filed", "closed", "office inspector", ""),
        "dismiss": ("proposed opened investigated heard", "dismissed", "decider", "reason"),
        "appeal": ("decided filed", "appealed", "party", "grounds"),
        "uphold": ("appealed", "filed", "superior.decider", "reason"),
        "overturn": ("appealed", "overturned", "superior.decider", "reason"),
    },
}

UNLESS = {
    ("report", "review"): ["same_person_as(submit)"],
    ("rectification", "verify"): ["same_person_as(complete)"],
    ("rectification", "return"): ["same_person_as(complete)"],
    ("accountability", "decide"): ["party", "opener", "same_person_as(investigate)"],
    ("accountability", "uphold"): ["same_person_as(decide)"],
    ("accountability", "overturn"): ["same_person_as(decide)"],
}

CHOICES = {
    ("report", "kind"): ["comprehensive", "special", "urgent", "record"],
    ("incident", "severity"): ["general", "large", "major", "critical"],
    ("rectification", "class"): ["immediate", "ordinary", "long"],
    ("accountability", "ground"): ["not-done", "late", "step-skipped", "false-record", "not-led", "consequence"],
    ("accountability", "measure"): ["award", "transfer", "resign", "ordered-to-resign", "remove", "demote", "none"],
}

FINAL = {
    "report": {"archived", "withdrawn"},
    "incident": {"resolved", "dismissed", "referred", "merged"},
    "rectification": {"verified"},
    "accountability": {"closed", "dismissed", "overturned"},
}

# type: clock: (runs in, limit or limit by choice, holders, ladder or ladder by choice)
GRADED_LADDER = {"critical": "hours", "major": "hours", "large": "hours", "general": "overdue"}
OPEN_INCIDENT = "raised analysed reported"
CLOCKS: dict[str, dict[str, tuple[str, Any, str, Any]]] = {
    "report": {
        "submit": ("drafted", "10 working days", "owner", "overdue"),
        "urgent": ("drafted", "1 working day", "owner unit_head", "overdue"),
        "review": ("submitted", "5 working days", "reviewer", "overdue"),
        "archive": ("reviewed", "5 working days", "office", "overdue"),
    },
    "incident": {
        "first_report": (
            OPEN_INCIDENT,
            {"critical": "30 minutes", "major": "1 hour", "large": "2 hours", "general": "1 working day"},
            "unit_head",
            GRADED_LADDER,
        ),
        "analyse": (
            "raised",
            {"critical": "2 hours", "major": "4 hours", "large": "8 hours", "general": "2 working days"},
            "owner unit_head",
            GRADED_LADDER,
        ),
        "resolve": (
            OPEN_INCIDENT,
            {
                "critical": "30 working days",
                "major": "30 working days",
                "large": "20 working days",
                "general": "10 working days",
            },
            "unit_head",
            "overdue",
        ),
        "follow_up": (
            OPEN_INCIDENT,
            {"critical": "12 hours", "major": "1 day", "large": "3 working days", "general": "5 working days"},
            "unit_head",
            {"critical": "hours", "major": "overdue", "large": "overdue", "general": "overdue"},
        ),
        "lead": (
            OPEN_INCIDENT,
            {"critical": "2 hours", "major": "4 hours", "large": None, "general": None},
            "first",
            {"critical": "hours", "major": "hours", "large": None, "general": None},
        ),
        "statement": (
            OPEN_INCIDENT,
            {"critical": "5 hours", "major": "24 hours", "large": "2 working days", "general": None},
            "office",
            {"critical": "hours", "major": "hours", "large": "overdue", "general": None},
        ),
    },
    "rectification": {
        "plan": ("found", "10 working days", "owner", "overdue"),
        "complete": (
            "planned",
            {"immediate": "3 working days", "ordinary": "30 working days", "long": "60 working days"},
            "owner unit_head",
            "rectify",
        ),
        "progress": ("planned", "1 month", "owner", "overdue"),
        "verify": ("done", "10 working days", "reviewer inspector", "overdue"),
    },
    "accountability": {
        "open": ("proposed", "10 working days", "decider", "overdue"),
        "lapse": ("proposed", "20 working days", "", None),
        "told": ("opened", "3 working days", "office", "overdue"),
        "investigate": ("opened", "30 working days", "inspector", "overdue"),
        "answer": ("opened investigated", "10 working days", "party", "expired"),
        "hear": ("investigated", "20 working days", "decider", "overdue"),
        "decide": ("heard", "15 working days", "decider", "overdue"),
        "deliver": ("decided filed", "3 working days", "office", "overdue"),
        "file": ("decided", "10 working days", "office", "overdue"),
        "appeal": ("decided filed", "15 days", "party", "expired"),
        "answer_appeal": ("appealed", "30 days", "superior.decider", "overdue"),
    },
}

LADDERS = {
    "overdue": [
        ("0", "owner unit_head"),
        ("1 working day", "member_in_charge"),
        ("3 working days", "direct"),
        ("5 working days", "first"),
        ("10 working days", "superior.first"),
    ],
    "rectify": [
        ("0", "owner unit_head"),
        ("1 working day", "member_in_charge"),
        ("3 working days", "direct"),
        ("5 working days", "first"),
        ("10 working days", "superior.first"),
        ("20 working days", "inspector"),
    ],
    "hours": [
        ("0", "unit_head"),
        ("15 minutes", "member_in_charge"),
        ("30 minutes", "direct"),
        ("60 minutes", "first"),
    ],
    "expired": [("0", "decider")],
}


def _limit(limit: dict[str, Any]) -> Any:
    """The limit as the tables above write it."""
    return {choice: rule and rule["limit"] for choice, rule in limit["of"].items()} if "by" in limit else limit["limit"]


def test_the_pack_has_its_four_types_and_its_place_and_time() -> None:
    """Four case types under the Chinese calendar and zone, reminded at nine; and so are the others."""
    assert set(TYPES) == set(OPENING)
    assert (pack()["policy"], pack()["calendar"], pack()["zone"]) == ("responsibility", "CN", "Asia/Shanghai")
    assert {(law["calendar"], law["zone"], law["act_at"]) for law in EVERY.values()} == {
        ("CN", "Asia/Shanghai", "09:00")
    }
    assert pack()["roles"]["reviewer"] == ["member_in_charge", "direct"]
    assert pack()["roles"]["decider"] == ["direct", "first"]


@pytest.mark.parametrize("name", OPENING)
def test_opening_asks_for_what_the_table_says_and_no_more(name: str) -> None:
    """Required and optional fields on opening are those of the table."""
    prefix, required, optional = OPENING[name]
    fields = TYPES[name]["fields"]
    assert TYPES[name]["ref"] == prefix
    assert {field for field, about in fields.items() if about["required"]} == required
    assert {field for field, about in fields.items() if about["open"]} == required | optional
    for (case, field), choices in CHOICES.items():
        if case == name:
            assert fields[field]["choices"] == choices
    assert {state for state, about in TYPES[name]["states"].items() if about["final"]} == FINAL[name]


def test_defaults_and_types_of_fields() -> None:
    """What is known when nothing is said, and the kinds of value that decide something."""
    assert TYPES["incident"]["fields"]["aware_at"]["default"] == "now"
    assert TYPES["rectification"]["fields"]["class"]["default"] == "ordinary"
    assert TYPES["incident"]["severity"] == "severity"
    kinds = {(case, field): about["type"] for case, law in TYPES.items() for field, about in law["fields"].items()}
    assert kinds["report", "recipient"] == "unit"
    assert kinds["report", "copy_to"] == "units"
    assert kinds["incident", "occurred_at"] == kinds["incident", "aware_at"] == "time"
    assert kinds["incident", "to"] == "unit"
    assert kinds["accountability", "respondent"] == "party"
    assert kinds["accountability", "cites"] == "ref"
    assert kinds["accountability", "effective_on"] == "date"


@pytest.mark.parametrize(("case", "action"), [(case, action) for case, rows in ACTIONS.items() for action in rows])
def test_an_action_is_as_in_the_table(case: str, action: str) -> None:
    """From, to, by whom and what is needed are those of the table, and nothing else is required."""
    start, to, by, needs = ACTIONS[case][action]
    found = TYPES[case]["actions"][action]
    asked = [*found["needs"], *(["file"] * found["files"]), *(["reason"] if found["reason"] else [])]
    assert (found["from"], found["to"], found["by"], asked) == (start.split(), to, by.split(), needs.split())
    unless = [
        f"same_person_as({term['action']})" if term["t"] == "same_person_as" else term.get("role", term["t"])
        for term in found["unless"]
    ]
    assert unless == UNLESS.get((case, action), [])
    waits = [[{"t": "acted", "action": "answer"}, {"t": "overdue", "clock": "answer"}]] if action == "hear" else []
    assert found["when"] == waits


def test_actions_beyond_the_table_are_never_required() -> None:
    """The pack has the actions of the table in their order; what it has besides moves no case, or ends it otherwise."""
    for case, rows in ACTIONS.items():
        actions = TYPES[case]["actions"]
        assert [name for name in actions if name in rows] == list(rows)
        moving = {name for name in actions if name not in rows and actions[name]["to"] is not None}
        assert moving == ({"refer", "merge"} if case == "incident" else set())
        assert {TYPES[case]["states"][actions[name]["to"]]["final"] for name in moving} <= {True}


@pytest.mark.parametrize(("case", "clock"), [(case, clock) for case, rows in CLOCKS.items() for clock in rows])
def test_a_clock_is_as_written(case: str, clock: str) -> None:
    """Where it runs, how long, who holds it and which ladder it climbs."""
    found = TYPES[case]["clocks"][clock]
    ladder = found["ladder"]
    assert (
        " ".join(found["runs_in"]),
        _limit(found["limit"]),
        " ".join(found["holders"]),
        ladder["of"] if isinstance(ladder, dict) else ladder,
    ) == CLOCKS[case][clock]


def test_clocks_are_these_and_their_turns_are_said() -> None:
    """What starts, meets, cancels and extends the clocks whose course is not plain."""
    assert {case: list(law["clocks"]) for case, law in TYPES.items()} == {case: list(CLOCKS[case]) for case in TYPES}
    report, incident, accountability = (TYPES[name]["clocks"] for name in ("report", "incident", "accountability"))
    assert report["submit"]["again"] == {"limit": "3 working days"}
    assert report["submit"]["remind"] == [{"percent": 50}, {"before": "1 working day"}]
    assert report["submit"]["cancels"] == report["review"]["cancels"] == ["withdraw"]
    first = incident["first_report"]
    assert first["from"] == {"a": "field", "field": "aware_at"}
    assert (first["met_by"], first["once"]) == (["notify", "report"], True)
    assert [clock["cancels"] for clock in incident.values()][:3] == [["dismiss", "refer", "merge"]] * 3
    assert (incident["statement"]["starts_on"], incident["statement"]["once"]) == (["call_statement"], True)
    assert incident["follow_up"]["starts_on"] == ["notify", "report", "follow_up"]
    assert report["urgent"]["if"] == {"kind": ["urgent"]}
    assert TYPES["rectification"]["clocks"]["progress"]["if"] == {"class": ["long"]}
    extension = {"max": "10 working days", "times": 1, "approve": ["direct"], "from": "due"}
    assert incident["resolve"]["extension"] == extension
    assert accountability["investigate"]["extension"] == {
        **extension,
        "max": "20 working days",
        "approve": ["decider"],
    }
    assert accountability["answer"]["met_by"] == ["answer"]
    assert accountability["appeal"]["met_by"] == ["appeal"]
    assert "close" in accountability["appeal"]["cancels"]
    assert accountability["lapse"]["then"] == "dismiss"


def test_the_ladders_climb_as_written() -> None:
    """Day ladder, hour ladder, and the one step when a respondent's time is over."""
    found = {
        name: [(step["after"], " ".join(step["tell"])) for step in steps]
        for law in TYPES.values()
        for name, steps in law["ladders"].items()
    }
    assert found == LADDERS


def test_effects_follow_the_measure() -> None:
    """Each measure bars from what it says and for how long; `none` bars from nothing."""
    expected = {
        "award": {("award", "year-end")},
        "transfer": {("award", "year-end"), ("promotion", "1 year")},
        "resign": {("award", "year-end"), ("equal-post", "1 year"), ("promotion", "2 years")},
        "ordered-to-resign": {("award", "year-end"), ("equal-post", "1 year"), ("promotion", "2 years")},
        "remove": {("award", "year-end"), ("equal-post", "1 year"), ("promotion", "2 years")},
        "demote": {("award", "year-end"), ("promotion", "2 years")},
        "none": set(),
    }
    effects = TYPES["accountability"]["effects"]
    for measure, bars in expected.items():
        assert {
            (bar, effect.get("for") or effect["until"])
            for effect in effects
            if measure in effect["if"]["measure"]
            for bar in effect["bars"]
        } == bars
    assert {(effect["on"], effect["whom"], effect["from"]) for effect in effects} == {
        ("decide", "respondent", "effective_on")
    }


def _titles(thing: Any, path: str = "") -> Iterator[tuple[str, dict[str, str]]]:
    if isinstance(thing, dict):
        for key, value in thing.items():
            if key == "title" and value is not None:  # of what is opened: else the title of its type
                yield path, value
            elif key == "titles":
                yield from ((f"{path}/{choice}", title) for choice, title in value.items())
            else:
                yield from _titles(value, f"{path}/{key}")
    elif isinstance(thing, list):
        for index, value in enumerate(thing):
            yield from _titles(value, f"{path}/{index}")


def test_everything_has_a_title_in_both_languages() -> None:
    """Types, states, actions, fields, choices, clocks, duties and effects are titled in English and Chinese."""
    titles = dict(_titles({key: pack()[key] for key in ("types", "duties")}))
    assert len(titles) > 100
    for path, title in titles.items():
        assert re.search("[\u4e00-\u9fff]", title["zh"]), path
        assert title["en"].isascii(), path


def test_the_catalogue_knows_what_is_shipped() -> None:
    """Packs are listed with their title, found by name, and an unknown one is not found."""
    (row,) = (row for row in packs() if row["name"] == "responsibility")
    assert row["title"] == {"en": "Responsibility system", "zh": "责任制"}
    assert row["types"] == sorted(EVERY)
    assert set(FIXED) < set(EVERY)
    assert set(row["files"]) == set(pack_sources("responsibility")) == set(sources_of("responsibility"))
    assert compiled(sources_of("responsibility"))["policy"] == "responsibility"
    assert not is_pack("responsibilities")
    with pytest.raises(NotFound, match="no pack other"):
        pack_sources("other")
