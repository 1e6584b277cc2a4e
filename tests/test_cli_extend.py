"""`extend`: more time is asked for, granted by somebody else or refused, and listed."""

from __future__ import annotations

import pytest
from support.world import World

from states.durations import parse_duration
from workflow import engine
from workflow.ask_extensions import extensions

ASK = ("--by", "5wd", "--reason", "figures are missing")


def request(office, ref: str, *words: str, code: int = 0):
    return office.run("extend", "request", ref, "resolve", *(words or ASK), "--as", "li.na", code=code)


def clock(office, ref: str, name: str = "resolve") -> dict:
    return next(one for one in office.json("case", "show", ref)["clocks"] if one["name"] == name)


def test_more_time_is_asked_for_granted_and_moves_the_end(office):
    """The holder asks, the direct leader grants: a new run with a later end, old and new on record."""
    ref = office.incident()
    before = clock(office, ref)
    said = request(office, ref).out.splitlines()
    assert said[0] == f"{ref}: more time asked for"
    assert clock(office, ref)["due_at"] == before["due_at"]
    said = office.run("extend", "approve", ref, "resolve", "--as", "zhao.qiang").out.splitlines()
    assert said[0] == f"{ref}: more time granted"
    after = clock(office, ref)
    assert (before["due_on"], after["due_on"], after["run"]) == ("2026-01-19", "2026-01-26", before["run"] + 1)
    (event,) = office.json("audit", "log", "--case", ref, "--kind", "clock.extended")["rows"]
    assert (event["actor"], event["data"]["was"]["due_at"]) == ("zhao.qiang", "2026-01-19T15:59:59.000000Z")


def test_the_list_says_what_a_grant_would_do(office):
    """A request shows the end as it is and as it would be; once decided, who decided and when."""
    ref = office.incident()
    request(office, ref)
    answer = office.json("extend", "list")
    assert (answer["schema"], answer["next"]) == (1, None)
    (row,) = answer["rows"]
    wanted = {"ref", "clock", "by", "state", "asked_by", "asked_at", "decided_by", "decided_at", "due_at", "would_be"}
    assert wanted <= row.keys()
    assert (row["ref"], row["clock"], row["by"], row["state"]) == (ref, "resolve", "5 working days", "asked")
    assert (row["asked_by"], row["asked_at"]) == ("li.na", "2026-01-05T09:00:00+08:00")
    assert (row["due_at"], row["would_be"]) == ("2026-01-19T23:59:59+08:00", "2026-01-26T23:59:59+08:00")
    office.run("advance", "--by", "1h")
    office.run("extend", "refuse", ref, "resolve", "--reason", "no", "--as", "zhao.qiang")
    (row,) = office.json("extend", "list", "--ref", ref)["rows"]
    assert (row["state"], row["decided_by"], row["decided_at"]) == (
        "refused",
        "zhao.qiang",
        "2026-01-05T10:00:00+08:00",
    )
    assert (row["due_at"], row["would_be"]) == ("2026-01-19T23:59:59+08:00", None)
    assert office.json("extend", "list", "--state", "asked")["rows"] == []
    assert office.run("extend", "list").rows[0][:4] == [ref, "resolve", "5 working days", "refused"]


def test_what_would_be_is_what_comes(office):
    """The end the list promises is the end the grant gives."""
    ref = office.incident()
    request(office, ref, "--by", "3wd", "--reason", "r")
    (row,) = office.json("extend", "list")["rows"]
    office.run("extend", "approve", ref, "resolve", "--as", "zhao.qiang")
    assert clock(office, ref)["due_at"] == row["would_be"]


def test_a_request_lapses_with_its_clock(office):
    """What nobody decided while the clock ran is listed as lapsed."""
    ref = office.incident()
    request(office, ref)
    office.run("do", ref, "dismiss", "--reason", "false alarm", "--as", "zhao.qiang")
    (row,) = office.json("extend", "list")["rows"]
    assert (row["state"], row["would_be"]) == ("lapsed", None)


@pytest.mark.parametrize(
    ("words", "code", "sentence"),
    [
        (["request", "{ref}", "resolve", "--by", "5wd", "--as", "li.na"], 5, "More time needs a reason"),
        (["request", "{ref}", "resolve", "--by", "11wd", "--reason", "r", "--as", "li.na"], 5, "more than the 10"),
        (["request", "{ref}", "resolve", "--by", "soon", "--reason", "r", "--as", "li.na"], 2, "soon"),
        (["request", "{ref}", "resolve", "--reason", "r", "--as", "li.na"], 2, "Missing option '--by'"),
        (["request", "{ref}", "resolv", *ASK, "--as", "li.na"], 2, "There is no clock resolv in incident"),
        (["request", "{ref}", "analyse", *ASK, "--as", "li.na"], 5, "cannot be extended"),
        (["request", "INC-2026-0099", "resolve", *ASK, "--as", "li.na"], 3, "There is no case INC-2026-0099"),
        (["request", "{ref}", "resolve", *ASK, "--as", "zhou.ping"], 4, "Only who holds resolve"),
        (["request", "{ref}", "resolve", *ASK], 4, "--as LOGIN"),
        (["approve", "{ref}", "resolve", "--as", "zhao.qiang"], 5, "Nobody has asked for more time"),
        (["list", "--ref", "INC-2026-0099"], 3, "There is no case INC-2026-0099"),
        (["list", "--state", "wanted"], 2, "wanted"),
        (["list", "--after", "x"], 2, "x"),
    ],
)
def test_what_cannot_be_asked_is_refused_in_a_sentence(office, words, code, sentence):
    """Each refusal has the exit code of its kind and says why."""
    ref = office.incident()
    assert sentence in office.run("extend", *(word.replace("{ref}", ref) for word in words), code=code).err


def test_who_asked_does_not_decide_and_a_dry_run_keeps_nothing(office):
    """Four eyes; and --dry-run shows the end that would come, then takes it back."""
    ref = office.incident()
    request(office, ref)
    office.run("extend", "approve", ref, "resolve", "--as", "li.na", code=4)
    dry = office.run("extend", "approve", ref, "resolve", "--as", "zhao.qiang", "--dry-run")
    assert "2026-01-26" in dry.out
    assert clock(office, ref)["due_on"] == "2026-01-19"
    assert office.json("extend", "list")["rows"][0]["state"] == "asked"


def test_a_key_asks_only_once(office):
    """The same request under the same key is not asked twice."""
    ref = office.incident()
    request(office, ref, *ASK, "--key", "k1")
    assert "nothing was done again" in request(office, ref, *ASK, "--key", "k1").out
    assert len(office.json("extend", "list")["rows"]) == 1


def test_requests_come_page_by_page_newest_first(world: World) -> None:
    """Every request is listed once, on both databases, whatever the size of a page."""
    refs = []
    for _ in range(5):
        ref = world.incident("general")
        refs.append(ref)
        who = world.who("li")
        world.store.transact(
            lambda tx, ref=ref, who=who: engine.request_extension(
                tx, ref, "resolve", parse_duration("2wd"), who=who, reason="r"
            )
        )
        world.fast_forward(minutes=1)
    seen, after = [], None
    while True:
        with world.store.read() as tx:
            page = extensions(tx, limit=2, after=after)
        seen += [row["ref"] for row in page["rows"]]
        after = page["next"]
        if after is None:
            break
    assert seen == refs[::-1]
