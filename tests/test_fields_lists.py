"""Fields of several posts and of several persons: who was there by post, and who took part or objected."""

from __future__ import annotations

import json
from datetime import date, datetime

import pytest
from support.office import Office
from support.world import World, admin

from jobs import retain
from states.errors import NotFound, Usage
from workflow.activities import Activity, record_activity
from workflow.as_of import case_as_of
from workflow.dossier import take
from workflow.erase import erase
from workflow.verify import verify

VOTE = """
case: vote
ref: VOT
keep: 1 month after close
fields:
  present:   {type: posts}
  took_part: {type: persons}
  objected:  {type: persons}
  question:  {type: text}
states: {open: {initial: true}, done: {final: true}}
actions:
  note: {from: open, to: same, by: owner, takes: [present, objected]}
  hold: {from: open, to: done, by: owner, needs: [took_part], takes: [objected, present]}
"""


def fields(world: World, ref: str) -> dict[str, object]:
    return dict(world.case(ref)["fields"])


def verified(world: World) -> None:
    """The trail decides it all again and finds the same."""
    with world.store.read() as tx:
        answer = verify(tx, replay=True)
    assert answer["ok"], answer["problems"]


@pytest.fixture
def vote(world: World) -> str:
    """A vote of Feng, Li and Wang to which Wang objected; held on 9 February."""
    world.apply(VOTE)
    ref = world.new("vote", "wang", question="the gate", present="first, unit_head,first")
    world.do(ref, "hold", "wang", took_part="wang,li,feng", objected="wang")
    return ref


def test_lists_are_kept_once_each_and_shown_as_people_write_them(world, vote):
    """Posts in the order given, persons as logins in theirs; and the case as it was then shows the same."""
    shown = {"present": ["first", "unit_head"], "took_part": ["feng", "li", "wang"], "objected": ["wang"]}
    assert fields(world, vote) == {**shown, "question": "the gate"}
    with world.store.read() as tx:
        then = case_as_of(tx, vote, datetime.fromisoformat(tx.now))
    assert then["fields"] == fields(world, vote)
    verified(world)


def test_every_post_with_a_meaning_is_known_whether_or_not_anybody_holds_it(world, vote):
    """At a meeting and with a record towards a duty: posts of the program, of the policy, and of the register."""
    named = ["member_in_charge", "vice_chair", "leader"]  # here nobody has a posting of the first two
    ref = world.new("vote", "wang", present=",".join(named))
    assert fields(world, ref)["present"] == named
    world.fast_forward(hours=1)
    what, who = Activity(date(2026, 2, 9), posts=named), world.who("sun")
    world.store.transact(lambda tx: record_activity(tx, "study-sessions", "county", what, who=who))


@pytest.mark.parametrize(
    ("name", "value", "refusal", "words"),
    [
        ("present", "unit_heads", NotFound, "no post unit_heads"),
        ("present", " , ", Usage, "present"),
        ("objected", "nobody", NotFound, "nobody"),
        ("objected", "admin", Usage, "holds no post"),
        ("objected", "wang,admin", Usage, "holds no post"),
    ],
)
def test_only_posts_and_holders_the_register_knows(world, name, value, refusal, words):
    """A post nobody ever named, and a person who holds none, are refused; nothing is written."""
    world.apply(VOTE)
    ref = world.new("vote", "wang")
    with pytest.raises(refusal, match=words) as caught:
        world.do(ref, "note", "wang", **{name: value})
    assert caught.value.where == f"--{name}"
    assert [row["kind"] for row in world.events(ref)] == ["case.opened"]


def test_the_trail_holds_a_commitment_to_persons_and_no_ids(world, vote):
    """The hashed text names posts; of persons it says nothing but that there is a value."""
    (text,) = world.rows("SELECT canon FROM event WHERE stream = :ref AND kind = 'case.acted'", ref=vote)[0]
    event = json.loads(text)
    assert event["data"]["fields"] == {}
    assert set(event["commit"]) == {"field/took_part", "field/objected"}
    assert world.who("li").actor not in text


def test_who_objected_is_never_found(world, vote):
    """No word of a search finds a list of persons, by id or login; a list over many cases withholds it."""
    for word in (world.who("wang").actor, world.who("li").actor, "wang", "li"):
        assert [row["stream"] for row in world.log(text=word) if row["stream"] != "org"] == []
    acted = next(row for row in world.log(kind="case.acted"))
    assert acted["data"]["fields"] == {"took_part": {"withheld": True}, "objected": {"withheld": True}}
    (own,) = world.events(vote, "case.acted")
    assert own["data"]["fields"] == {"took_part": ["feng", "li", "wang"], "objected": ["wang"]}


def test_persons_are_erased_like_other_personal_values(world, vote):
    """By hand or by the rule of the case; what is left says that it is gone, and the trail stays sound."""
    (acted,) = world.events(vote, "case.acted")
    world.store.transact(lambda tx: erase(tx, acted["id"], "objected", who=admin(tx), reason="asked for"))
    assert fields(world, vote)["objected"] == {"erased": True}
    verified(world)
    world.fast_forward(days=40)
    retain.run_once(world.store, world.home)
    assert [fields(world, vote)[name] for name in ("took_part", "question")] == [{"erased": True}] * 2
    assert world.rows("SELECT 1 FROM payload p JOIN event e ON e.id = p.event WHERE e.stream = :ref", ref=vote) == []
    verified(world)


def test_a_dossier_says_who_the_persons_are(world, vote):
    """Whoever is handed the case can read the names in it."""
    wang = world.who("wang")
    dossier = world.store.transact(lambda tx: take(tx, vote, who=wang))
    assert {"feng", "li", "wang"} <= {person["login"] for person in dossier.persons.values()}
    assert dossier.case["fields"]["objected"] == ["wang"]


def test_lists_on_the_command_line(office: Office) -> None:
    """With commas, or the option again; help says what it takes, and a listing over cases says that it withholds."""
    folder = office.home.parent / "own.yaml"
    folder.write_text(VOTE, encoding="utf-8")
    office.run("policy", "apply", str(folder))
    me = ["--as", "li.na"]
    words = ["--unit", "SAFE", "--title", "The gate", "--present", "first,staff", "--present", "unit_head"]
    ref = office.json("new", "vote", *words, *me)["ref"]
    assert "LOGIN,…" in office.run("do", ref, "hold", "--help").out
    office.run("do", ref, "hold", "--took-part", "li.na,sun.yue", "--took_part", "chen.chen", *me)
    shown = office.json("case", "show", ref, *me)["fields"]
    assert shown == {"present": ["first", "staff", "unit_head"], "took_part": ["chen.chen", "li.na", "sun.yue"]}
    assert "sun.yue" in office.run("case", "show", ref, *me).out
    assert "sun.yue" not in office.run("audit", "log", "--kind", "case.acted", "--format", "csv", *me).out
