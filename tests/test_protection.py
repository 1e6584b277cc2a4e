"""The protection of people that is built in (RESPONSIBILITY.md E): each point tried to be broken."""

from __future__ import annotations

import json

import pytest
from support.charge import decided, late_report
from support.policies import compiled, pack
from support.world import World, admin
from test_retain import PETITION

from cli.base import Group
from cli.eligible import eligible as eligible_command
from cli.registry import ROOT
from jobs.letters import House, Voice, compose
from states.catalog import pack_sources, packs
from states.compiler import compile_policy
from states.errors import Invalid, NotNow, NotPermitted
from states.schema import BARS
from states.vocabulary import GROUNDS
from workflow import lookup, notices, policies
from workflow.eligible import eligible
from workflow.held import held
from workflow.register_file import read_register
from workflow.register_import import BadRegister
from workflow.verify import verify

PACK = pack_sources("responsibility")
ACC = PACK["accountability.yaml"]


def flaws(**changes: str) -> set[str]:
    """The codes of what is wrong with the pack once these words of the charge are others: OLD_n=..., NEW_n=...."""
    text = ACC
    for number in range(1, len(changes) // 2 + 1):
        assert changes[f"old{number}"] in text
        text = text.replace(changes[f"old{number}"], changes[f"new{number}"])
    return {flaw.code for flaw in compile_policy({**PACK, "accountability.yaml": text})[1]}


def commands(group: Group | None = None, name: str = "") -> set[str]:
    """Every command, as it is typed."""
    entries = group.entries if group else ROOT
    found: set[str] = set()
    for word, entry in entries.items():
        full = f"{name} {word}".strip()
        found |= commands(entry, full) if isinstance(entry, Group) else {full}
    return found


# E1


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("    when: acted(answer) or overdue(answer)\n", "", "effects-hearing"),
        ("    unless: [party, opener, same_person_as(investigate)]\n", "", "effects-decider"),
        ("    unless: [party, opener, ", "    unless: [opener, ", "effects-decider"),
        (
            "    limit: 10 working days\n    met_by: [answer]",
            "    limit: 1 hour\n    met_by: [answer]",
            "effects-hearing",
        ),
        ("    unless: same_person_as(decide)\n", "", "effects-appeal"),
        ("    until: year-end\n", "", "effects-end"),
        ("    for: 2 years\n", "", "effects-end"),
        ("    for: 2 years\n", "    for: 0 days\n", "effects-end"),
        ("    ended_by: overturn\n", "    ended_by: close\n", "effects-overturned"),
        ("grounds:\n  whom", "failure: closed\nnot_grounds:\n  whom", "unknown-key"),
        ("      late:  ", "      spoke-out: {en: Spoke out, zh: 言论}\n      late:  ", "grounds-kind"),
        ("    then: dismiss\n", "    then: open\n", "effects-scheduler"),
    ],
)
def test_due_process_cannot_be_taken_out_of_the_charge(old, new, code):
    """E1: whatever is taken away, `policy check` refuses what is left, whatever the type is called."""
    assert code in flaws(old1=old, new1=new)
    text = ACC.replace("case: accountability", "case: quality-talk").replace("ref: ACC", "ref: QTK").replace(old, new)
    assert code in {flaw.code for flaw in compile_policy({**PACK, "quality-talk.yaml": text})[1]}


def test_a_charge_that_lost_its_due_process_is_not_applied(world):
    """E1: what is refused is not in force afterwards, and nothing is written."""
    before = world.rows("SELECT count(*) FROM event")
    with world.store.read() as tx:
        found, _ = compile_policy(
            {"x.yaml": ACC.replace("    then: dismiss\n", "    then: open\n")}, policies.current(tx)
        )
    assert found is None
    assert world.rows("SELECT count(*) FROM event") == before


def test_no_door_lands_a_charge_beyond_its_beginning():
    """E1: cases come in by `new`, by a duty or by another case, and begin at the beginning; there is no other door.

    Whoever adds a way to bring cases in or to move them to another law makes it keep to this, and adds it here.
    """
    assert not commands() & {"import", "import cases", "case import", "policy migrate", "case migrate"}
    assert {name for name in commands() if name.endswith("import")} == {"org import", "calendar import"}
    assert pack()["types"]["accountability"]["initial"] == "proposed"


# E2


@pytest.mark.parametrize("key", ["tags", "note", "affiliation", "phone", "party_member", "rating", "birthday"])
def test_the_person_record_is_closed(world, key):
    """E2: login, name, e-mail; anything else is refused with the whole file."""
    before = world.rows("SELECT count(*) FROM event")
    with pytest.raises(BadRegister, match=r"closed|may stand here"):
        read_register(f"people: [{{login: gu, name: Gu, {key}: x}}]")
    assert world.rows("SELECT count(*) FROM event") == before
    with world.store.read() as tx:
        (row, *_) = tx.named("SELECT * FROM person")
    assert set(row) == {"id", "login", "name", "email"}


def test_who_comes_into_the_register_is_told_once(world):
    """E2: one message at the first registration, none for later changes; the record agrees."""
    welcome = "SELECT p.login FROM outbox o JOIN person p ON p.id = o.person WHERE o.kind = 'person.registered'"
    before = sorted(login for (login,) in world.rows(welcome))
    assert before == ["chen", "feng", "li", "pan", "qian", "sun", "wang", "wei", "zhao", "zhou"]
    world.register("people: [{login: gu, name: Gu, email: gu@example.org}]")
    world.register("people: [{login: gu, name: Gu Yi}, {login: li, name: Li Na}]")
    assert sorted(login for (login,) in world.rows(welcome)) == sorted([*before, "gu"])
    with world.store.read() as tx:
        assert verify(tx, replay=True)["problems"] == []
    world.store.transact(lambda tx: tx.put("DELETE FROM outbox WHERE kind = 'person.registered'"))
    with world.store.read() as tx:
        assert len(verify(tx, replay=True)["problems"]) == len(before) + 1


def test_the_message_says_what_is_held_and_how_to_see_it(world):
    """E2: in the reader's language, with the command that shows it."""
    found, _ = world.store.transact(lambda tx: notices.claim(tx, 50))
    message = compose(found[0], House("log.example/main", "office@example.org", False), Voice())
    assert message["Subject"] == "You are in the register of log.example/main"
    assert "duecourse whoami --data" in message.get_content()
    assert "login" in message.get_content()


def test_a_person_sees_everything_held_and_who_read_it(world):
    """E2: what bars them, the cases that name them, and every look-up, by name."""
    ref = decided(world, "transfer", on="2026-06-01")
    sun, li = world.who("sun"), str(world.who("li").actor)
    world.store.transact(lambda tx: eligible(tx, "li", "promotion", who=sun, reason="a vacancy"))
    with world.store.read() as tx:
        found = held(tx, li)
    assert {(row["ref"], row["bars"], row["from"]) for row in found["effects"]} == {
        (ref, "award", "2026-06-01"), (ref, "promotion", "2026-06-01"),
    }  # fmt: skip
    assert ref in {row["ref"] for row in found["named_in"]}
    assert [row["actor"] for row in found["read_by"]] == ["sun"]


def test_a_person_field_takes_holders_of_posts_only(world):
    """E2: somebody who is registered but holds no post can be named in no case."""
    world.register("people: [{login: gu, name: Gu}]")
    cited = late_report(world)
    with pytest.raises(Exception, match="holds no post"):
        world.new("accountability", "zhou", respondent="gu", post="staff", ground="late", cites=cited, gravity="none")


# E3


def test_people_are_looked_up_one_at_a_time_with_a_role_and_a_reason(world):
    """E3: by actor and in texts; without a role or a reason there is no answer and no record of one."""
    li = str(world.who("li").actor)
    chen, zhou = world.who("chen"), world.who("zhou")
    for work, problem in (
        (lambda tx: lookup.actor(tx, chen, li, reason="x"), NotPermitted),
        (lambda tx: lookup.actor(tx, zhou, li, reason=""), NotNow),
        (lambda tx: lookup.search(tx, chen, "li", reason="x"), NotPermitted),
        (lambda tx: lookup.search(tx, zhou, "li", reason=" "), NotNow),
    ):
        with pytest.raises(problem):
            world.store.transact(work)
    assert world.log(kind="data.read") == []
    world.store.transact(lambda tx: lookup.actor(tx, zhou, li, reason="an inspection"))
    assert [row["actor"] for row in world.log(kind="data.read")] == ["zhou"]


def test_nothing_lists_who_is_barred():
    """E3: the one question about effects takes one name."""
    required = [param for param in eligible_command.params if param.name == "name"]
    assert [param.nargs for param in required] == [1]
    assert not any("eligible" in name and name != "eligible" for name in commands())


# E4


def test_attendance_is_counted_by_posts_or_a_number():
    """E4: in every pack a list of persons is who decided or who objected, and nothing else."""
    for row in packs():
        for name, law in compiled(pack_sources(row["name"]))["types"].items():
            lists = {field for field, spec in law["fields"].items() if spec["type"] == "persons"}
            assert lists == set(law.get("decision", {}).values()), name


def test_dissent_is_found_by_no_search_and_is_no_ground(world):
    """E4: who objected stands in the decision; no search finds it, and nothing can be opened for it."""
    made = world.new("decision", "sun", unit="county", text="the fence can wait")
    world.do(made, "record", "sun", made="together", took_part="qian,zhao", objected="zhao")
    zhao = str(world.who("zhao").actor)
    for word in ("zhao", zhao, zhao[2:8]):
        assert not any(row["stream"] == made for row in world.log(text=word))
    (text,) = next(iter(world.rows("SELECT canon FROM event WHERE stream = :s AND action = 'record'", s=made)))
    assert zhao not in json.dumps(json.loads(text)["data"])
    with pytest.raises(NotNow, match="no verified failure"):
        world.new(
            "accountability",
            "zhou",
            respondent="zhao",
            post="direct",
            ground="not-done",
            cites=made,
            gravity="objected",
        )
    assert set(GROUNDS) == {"not-done", "late", "step-skipped", "false-record", "not-led", "consequence"}


def test_nobody_is_ranked():
    """E4: what is counted is counted for units and posts; no command orders people."""
    assert not {name for name in commands() if any(word in name for word in ("rank", "top", "score", "rating"))} - {
        "stats scorecard"
    }
    assert BARS == ("award", "promotion", "equal-post")


# E5


def test_requesters_are_never_matched(world):
    """E5: no search and no condition sees who asked, and their law may not hang anything on it."""
    world.apply(PETITION)
    refs = [world.new("petition", "wang", title="A letter", sender="Ms Mirabelle", subject="noise") for _ in range(2)]
    assert world.log(text="Mirabelle") == []
    canons = "".join(text for (text,) in world.rows("SELECT canon FROM event"))
    assert "Mirabelle" not in canons
    commits = {
        json.loads(text)["commit"]["field/sender"]
        for ref in refs
        for (text,) in world.rows("SELECT canon FROM event WHERE stream = :s AND kind = 'case.opened'", s=ref)
    }
    assert len(commits) == 2
    hanging = PETITION.replace("clocks:\n", "clocks:\n  by_name: {runs_in: open, if: {sender: [x]}, limit: 1 day}\n", 1)
    assert compile_policy({**PACK, "petition.yaml": hanging})[1]


def test_nothing_brings_content_in_from_outside():
    """E5: no command fetches, follows or collects; what comes in is a register, a calendar, a policy or a file."""
    words = ("fetch", "crawl", "monitor", "collect", "subscribe", "listen", "watch")
    assert not {name for name in commands() if any(word in name for word in words)}


# E6


def test_the_scheduler_never_gets_a_charge_beyond_proposed(world):
    """E6: left alone for a year, an office that misses everything has proposals that lapsed, and no more."""
    world.incident("critical", as_="li", aware_at="2026-02-09T08:35+08:00")
    world.until("2027-01-04 09:00")
    states = dict(world.rows("SELECT state, count(*) FROM cases WHERE type = 'accountability' GROUP BY state"))
    assert set(states) <= {"proposed", "dismissed"}
    assert sum(states.values()) > 3
    assert world.rows("SELECT count(*) FROM effect") == [(0,)]


# Bad input


def test_a_posting_under_which_somebody_decided_does_not_vanish(world):
    """A register that would undo that the decider held the post is refused, and the past stays."""
    ref = decided(world, "transfer")
    with pytest.raises((BadRegister, Invalid)):
        world.register("postings: [{person: zhao, unit: county, post: direct, from: 2025-01-01, to: 2025-06-30}]")
    assert [row["to_on"] for row in _postings(world, "zhao")] == [None]
    assert world.case(ref)["state"] == "decided"


def _postings(world: World, login: str) -> list[dict[str, object]]:
    with world.store.read() as tx:
        return tx.named(
            "SELECT g.to_on FROM posting g JOIN person p ON p.id = g.person WHERE p.login = :login", login=login
        )


def test_a_charge_in_an_older_form_of_the_law_goes_on(world):
    """A case opened before grounds and powers were words has none asked of it, and can be decided again."""
    old = ACC[: ACC.index("# A charge rests")] + ACC[ACC.index("fields:\n") :]
    assert {flaw.code for flaw in compile_policy({**PACK, "accountability.yaml": old})[1]} == {"effects-grounds"}
    definition = {
        key: value for key, value in pack()["types"]["accountability"].items() if key not in {"grounds", "powers"}
    }
    store = world.store
    store.transact(
        lambda tx: policies.apply(tx, {**pack(), "types": {**pack()["types"], "accountability": definition}}, admin(tx))
    )
    cited = world.report()
    ref = world.new("accountability", "zhou", respondent="li", post="head", ground="late", cites=cited, gravity="minor")
    world.do(ref, "open", "zhao")
    with store.read() as tx:
        assert verify(tx, replay=True)["problems"] == []
