"""The register: what a file may say, what importing it does, and what can be asked afterwards."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest

from states.errors import Conflict, NotFound, Usage
from workflow import policies, register
from workflow.register_import import BadRegister, Plan, import_register, plan, read_register
from workflow.roles import Parts, standing
from workflow.store import Store, Tx
from workflow.trail import Who
from workflow.workspace import create

MAY = date(2026, 5, 4)

OFFICE = """\
units:
  - {code: bureau, name: Safety Bureau}
  - {code: mines, name: Mines Division, parent: bureau}
  - {code: general, name: General Office, parent: bureau, zone: Asia/Shanghai}
  - {code: district, name: District Bureau, parent: bureau, kind: body}
posts:
  - {unit: bureau, post: first, level: 1, single: true}
people:
  - {login: zhao, name: 赵敏, email: zhao@example.org}
  - {login: qian, name: Qian Wei}
  - {login: sun}
postings:
  - {person: zhao, unit: bureau, post: first, from: 2024-01-01}
  - {person: qian, unit: mines, post: unit_head, from: 2025-06-01, to: 2026-12-31}
  - {person: sun, unit: general, post: office, from: 2025-01-01, acting: true}
leave:
  - {person: qian, deputy: sun, from: 2026-05-04, to: 2026-05-08}
portfolios:
  - {person: sun, units: [mines, general]}
"""


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    """A fresh workspace whose administrator is `admin`."""
    store = create(database_url, admin_login="admin", sandbox=True, now=datetime(2026, 5, 4, 8, tzinfo=UTC))
    yield store
    store.close()


@pytest.fixture(scope="module")
def untouched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """One workspace for files that are refused: they leave nothing behind for the next test."""
    url = f"sqlite:///{tmp_path_factory.mktemp('untouched') / 'duecourse.db'}"
    store = create(url, admin_login="admin", sandbox=True, now=datetime(2026, 5, 4, 8, tzinfo=UTC))
    yield store
    store.close()


def bring(store: Store, text: str | dict[str, Any], file: str = "office.yaml") -> Plan:
    """Import a register; answers what was planned."""
    data = read_register(text, file)
    with store.write() as tx:
        planned = plan(tx, data)
        import_register(tx, planned, Who(store.workspace.admin, "os-login"), reason="as decided")
    return planned


def refused(store: Store, text: str | dict[str, Any]) -> list[str]:
    """`PLACE: sentence` of everything wrong with a register, which writes nothing."""
    before = org_events(store)
    with pytest.raises(BadRegister) as caught:
        bring(store, text, "r")
    assert org_events(store) == before
    assert str(caught.value) == str(caught.value.problems[0])
    return [f"{problem.where}: {problem}" for problem in caught.value.problems]


def org_events(store: Store) -> list[dict[str, Any]]:
    with store.read() as tx:
        rows = tx.all("SELECT canon FROM event WHERE stream = 'org' ORDER BY n")
    return [json.loads(row[0]) for row in rows]


def disclosed(store: Store, event: dict[str, Any]) -> dict[str, Any]:
    """The values behind an event's commitments."""
    with store.read() as tx:
        rows = tx.all("SELECT field, value FROM payload WHERE event = :id", id=event["id"])
    return {field: json.loads(value) for field, value in rows}


def table(store: Store, name: str) -> list[dict[str, Any]]:
    with store.read() as tx:
        return sorted(tx.named(f"SELECT * FROM {name}"), key=lambda row: json.dumps(row, sort_keys=True))


def holders(tx: Tx, role: str, unit: str, on: date = MAY) -> list[str]:
    found = standing(tx, unit, on).holders(role, Parts(), {})
    known = register.logins(tx, [holder.person for holder in found])
    return [known[holder.person] for holder in found]


def test_a_register_is_imported(store: Store):
    """Units, people, posts, postings, leave and portfolios of the file are there afterwards, and answer."""
    planned = bring(store, OFFICE)
    assert planned.counts() == {
        "unit": {"new": 4, "changed": 0},
        "person": {"new": 3, "changed": 0},
        "post": {"new": 3, "changed": 0},
        "posting": {"new": 3, "changed": 0},
        "portfolio": {"new": 2, "changed": 0},
        "leave": {"new": 1, "changed": 0},
    }
    with store.read() as tx:
        assert holders(tx, "first", "mines") == ["zhao"]
        assert holders(tx, "unit_head", "mines") == ["sun"]
        assert holders(tx, "unit_head", "mines", date(2026, 5, 9)) == ["qian"]
        assert holders(tx, "member_in_charge", "mines") == ["sun"]


def test_importing_the_same_file_again_changes_nothing(store: Store):
    """A second import of the same text plans no change and writes no event."""
    bring(store, OFFICE)
    before = org_events(store)
    assert bring(store, OFFICE).changes == []
    assert org_events(store) == before


def test_a_plan_writes_nothing(store: Store):
    """Planning is the dry run: it can be done while reading, and leaves no trace."""
    before = org_events(store)
    with store.read() as tx:
        planned = plan(tx, read_register(OFFICE, "office.yaml"))
    assert len(planned.changes) == 16
    assert table(store, "unit") == []
    assert org_events(store) == before


def test_every_changed_row_is_one_event_that_can_rebuild_it(store: Store):
    """Replaying the stream `org`, with what was disclosed, gives every table exactly as it stands."""
    bring(store, OFFICE)
    bring(
        store, {"postings": [{"person": "sun", "unit": "general", "post": "office", "from": "2025-01-01", "to": None}]}
    )
    bring(
        store, {"units": [{"code": "mines", "name": "Mines and Quarries"}], "people": [{"login": "sun", "name": "Sun"}]}
    )
    keys = {
        "unit": ("code",), "person": ("id",), "post": ("unit", "post"), "leave": ("id",),
        "posting": ("person", "unit", "post", "from_on"), "portfolio": ("person", "unit", "from_on"),
    }  # fmt: skip
    built: dict[str, dict[tuple[str, ...], dict[str, Any]]] = {name: {} for name in keys}
    for event in org_events(store):
        assert (event["kind"], event["data"]["op"]) == ("org.changed", "set")
        name, row = event["data"]["table"], event["data"]["row"]
        private = disclosed(store, event)
        assert set(private) == set(event["commit"])
        if name == "person":
            row = row | {key: private[key] for key in ("login", "name", "email")}
        built[name][tuple(row[key] for key in keys[name])] = row
    for name, found in built.items():
        assert found
        assert sorted(found.values(), key=lambda row: json.dumps(row, sort_keys=True)) == table(store, name)


def test_what_identifies_a_person_is_not_in_the_hashed_text(store: Store):
    """Login, name and e-mail enter the trail only as commitments; the rows name opaque ids."""
    bring(store, OFFICE)
    hashed = json.dumps(org_events(store), ensure_ascii=False)
    for word in ("zhao", "赵敏", "example.org", "Qian"):
        assert word not in hashed
    with store.read() as tx:
        person = register.person_by_login(tx, "zhao")
    assert person is not None
    assert person["id"] in hashed
    assert (person["name"], person["email"]) == ("赵敏", "zhao@example.org")


def test_events_of_an_import_say_their_unit_file_and_reason(store: Store):
    """Each event is found under its unit, and discloses the file's name (not its path) and the reason."""
    bring(store, OFFICE, "/home/somebody/office.yaml")
    (event,) = [e for e in org_events(store) if e["data"]["table"] == "posting" and e["unit"] == "mines"]
    assert event["actor"] == store.workspace.admin
    assert disclosed(store, event) == {"file": "office.yaml", "reason": "as decided"}


def test_the_administrator_of_the_workspace_is_the_same_person(store: Store):
    """A file that names the administrator's login completes that person instead of making another."""
    bring(store, {"people": [{"login": "admin", "name": "Ada", "email": "ada@example.org"}]})
    with store.read() as tx:
        person = register.person_by_login(tx, "admin")
    assert person == {"id": store.workspace.admin, "login": "admin", "name": "Ada", "email": "ada@example.org"}


def test_what_a_file_leaves_out_stays(store: Store):
    """Rows and keys that a later file does not name are not touched; nothing is ended silently."""
    bring(store, OFFICE)
    before = {name: table(store, name) for name in ("unit", "posting", "portfolio", "leave")}
    planned = bring(store, {"people": [{"login": "zhao"}], "units": [{"code": "mines"}, {"code": "general"}]})
    assert planned.changes == []
    assert {name: table(store, name) for name in before} == before


def test_a_posting_is_ended_and_taken_up_by_the_next_holder(store: Store):
    """A later file ends one posting and begins another; who answered when is told for every day."""
    bring(store, OFFICE)
    bring(
        store,
        {
            "people": [{"login": "li", "name": "Li Na"}],
            "postings": [
                {"person": "zhao", "unit": "bureau", "post": "first", "from": "2024-01-01", "to": "2026-03-31"},
                {"person": "li", "unit": "bureau", "post": "first", "from": "2026-04-01"},
            ],
        },
    )
    with store.read() as tx:
        assert holders(tx, "first", "mines", date(2026, 3, 31)) == ["zhao"]
        assert holders(tx, "first", "mines", date(2026, 4, 1)) == ["li"]


def test_a_portfolio_passes_from_one_leader_to_another(store: Store):
    """Without `to` both leaders answer and the plan says so; with `to` the first one's days end."""
    bring(store, OFFICE)
    planned = bring(store, {"portfolios": [{"person": "zhao", "units": ["mines"], "from": "2026-05-01"}]})
    assert [str(w) for w in planned.warnings] == ["mines is in the portfolio of sun too; both answer for it."]
    planned = bring(store, {"portfolios": [{"person": "sun", "units": ["mines"], "to": "2026-04-30"}]})
    assert planned.warnings == []
    with store.read() as tx:
        assert holders(tx, "member_in_charge", "mines") == ["zhao"]
        assert holders(tx, "member_in_charge", "mines", date(2026, 4, 30)) == ["sun"]


def test_a_portfolio_does_not_end_before_it_began(store: Store):
    """An end before the first day that is registered is refused, though the file does not say that day."""
    bring(store, OFFICE)
    bring(store, {"portfolios": [{"person": "zhao", "units": ["district"], "from": "2026-05-01"}]})
    (problem,) = refused(store, "portfolios: [{person: zhao, units: [district], to: 2026-04-30}]")
    assert problem == "r:1:37: It ends on 2026-04-30, before it begins on 2026-05-01."


def test_json_is_taken_as_well(store: Store):
    """The same register as JSON text gives the same rows."""
    unit = {"code": "bureau", "name": "Safety Bureau"}
    bring(store, json.dumps({"units": [unit]}))
    assert table(store, "unit") == [{**unit, "parent": None, "kind": "body", "zone": None, "calendar": None}]


def test_the_top_unit_is_a_body_unless_it_says_otherwise(store: Store):
    """Units under another are plain units by default, the root is a body."""
    bring(store, {"units": [{"code": "a"}, {"code": "b", "parent": "a"}, {"code": "c", "kind": "society"}]})
    assert {row["code"]: row["kind"] for row in table(store, "unit")} == {"a": "body", "b": "unit", "c": "society"}


def test_an_import_prepared_before_another_change_is_refused(store: Store):
    """A plan holds only for the register it was made against."""
    with store.read() as tx:
        planned = plan(tx, read_register(OFFICE, "office.yaml"))
    bring(store, {"units": [{"code": "elsewhere"}]})
    with store.write() as tx, pytest.raises(Conflict, match="The register changed"):
        import_register(tx, planned, Who(store.workspace.admin, "os-login"))


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "r:1:1: This file is empty; a register holds units, people, postings, posts, portfolios or leave."),
        ("- a", "r:1:1: A register is a mapping of units, people, postings, posts, portfolios and leave."),
        ("unit: []", "r:1:1: `unit` is not a key that may stand here; did you mean `units`?"),
        ("units: bureau", "r:1:8: `units` holds a list of rows."),
        ("units: [bureau]", "r:1:9: A row of `units` is a mapping of code, name, parent, kind, zone, calendar."),
        ("units: [{name: Bureau}]", "r:1:9: This row of `units` lacks `code`."),
        ("units: [{code: a, nmae: x}]", "r:1:19: `nmae` is not a key that may stand here; did you mean `name`?"),
        ("units: [{code: a b}]", "r:1:16: `a b` cannot be a code: no spaces, slashes,"),
        ("units: [{code: a/b}]", "r:1:16: `a/b` cannot be a code"),
        ("units: [{code: p_0123456789abcdef0123}]", "cannot be a code"),
        ("units: [{code: }]", "r:1:15: `code` is empty."),
        ("units: [{code: [a]}]", "r:1:16: `code` is one value, not a list."),
        ('units: [{code: a, name: "x\\ty"}]', "`name` is one line of at most 200 printable characters."),
        ("units: [{code: a, zone: Mars/Olympus}]", "r:1:25: `Mars/Olympus` is not a time zone"),
        ("units: [{code: a, parent: b}]", "r:1:27: There is no unit `b` in this file or in the register."),
        ("units: [{code: a}, {code: a}]", "r:1:20: This row says again what line 1 is about"),
        ("people: [{login: x y}]", "r:1:18: `x y` cannot be a login"),
        ("people: [{login: -x}]", "r:1:18: `-x` cannot be a login"),
        ("people: [{login: x, email: x.example.org}]", "r:1:28: `x.example.org` is not an e-mail address."),
        ("people: [{login: x}, {login: x}]", "r:1:22: This row says again what line 1 is about"),
        (
            "people: [{login: x, party: y}]",
            "r:1:21: The person record is closed: it holds login, name and email; `party` has no place in it.",
        ),
        ("units: [{code: a, size: 3}]", "r:1:19: `size` is not a key that may stand here; there are: code, name,"),
        ("portfolios: [{person: admin, units: a}]", "r:1:37: There is no unit `a`"),
        ("portfolios: [{person: admin, units: [a, b c]}]", "r:1:41: `b c` cannot be a code"),
        ("posts: [{unit: a, post: first}]", "r:1:16: There is no unit `a`"),
        ("posts: [{unit: a, post: Head Of}]", "r:1:25: `Head Of` cannot be a post"),
        ("posts: [{unit: a, post: owner}]", "r:1:25: `owner` is worked out from each case; nobody is posted to it."),
        ("posts: [{unit: a, post: first, level: top}]", "`level` is a whole number from 1, the highest, to 99."),
        ("posts: [{unit: a, post: first, single: 1}]", "`single` is true or false."),
        ("portfolios: [{person: admin, units: [a]}]", "r:1:38: There is no unit `a`"),
        ("portfolios: [{person: adnim, units: []}]", "in this file or in the register; did you mean `admin`?"),
        (
            "leave: [{person: admin, deputy: admin, from: 2026-01-01, to: 2026-01-02}]",
            "r:1:33: admin cannot stand in for themselves.",
        ),
        (
            "leave: [{person: admin, from: 2026-01-03, to: 2026-01-02}]",
            "r:1:47: It ends on 2026-01-02, before it begins on 2026-01-03.",
        ),
        ("leave: [{person: admin, from: 2026-01-03}]", "r:1:9: This row of `leave` lacks `to`."),
        ("units: [{code: a}\n", "This is not YAML"),
    ],
)  # fmt: skip
def test_a_file_that_is_wrong_is_refused_at_its_place(untouched: Store, text: str, problem: str):
    """One sentence with file, line and column for what is wrong; nothing is written."""
    assert problem in refused(untouched, text)[0]


POSTING = "units: [{code: a}]\npostings:\n- {person: admin, unit: a, post: clerk, from: 2026-03-01, to: 2026-03-31}\n"


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ("{person: nobody, unit: a, post: clerk, from: 2026-01-01}", "r:4:12: There is no person `nobody`"),
        ("{person: admin, unit: b, post: clerk, from: 2026-01-01}", "r:4:25: There is no unit `b`"),
        ("{person: admin, unit: a, post: clerk}", "r:4:3: This row of `postings` lacks `from`."),
        ("{person: admin, unit: a, post: clerk, from: 2026-13-01}", "r:4:47: `2026-13-01` is not a day"),
        ("{person: admin, unit: a, post: clerk, from: 1.3.2026}", "`1.3.2026` is not a day; write it like 2026-03-31."),
        ("{person: admin, unit: a, post: clerk, from: 2026-05-01, to: 2026-04-30}", "r:4:63: It ends on 2026-04-30"),
        ("{person: admin, unit: a, post: clerk, from: 2026-03-31}", "r:4:47: admin already holds clerk of a on"),
        ("{person: admin, unit: a, post: clerk, from: 2026-01-01}", "r:3:47: admin already holds clerk of a on"),
    ],
)  # fmt: skip
def test_a_posting_that_cannot_be_is_refused(untouched: Store, row: str, problem: str):
    """Unknown names, bad days and a person holding one post twice at once are named where they stand."""
    assert problem in refused(untouched, POSTING + f"- {row}\n")[0]


def test_the_day_after_the_last_day_held_is_free(store: Store):
    """Postings that touch do not overlap: `to` is the last day held."""
    bring(store, POSTING + "- {person: admin, unit: a, post: clerk, from: 2026-04-01}\n")
    assert len(table(store, "posting")) == 2


def test_an_overlap_with_what_is_registered_is_refused(store: Store):
    """A new posting is compared with the old ones too."""
    bring(store, OFFICE)
    row = {"person": "qian", "unit": "mines", "post": "unit_head", "from": "2026-12-31"}
    (problem,) = refused(store, {"postings": [row]})
    assert "qian already holds unit_head of mines on 2026-12-31; the two postings overlap." in problem


def test_a_single_post_has_one_holder_who_is_not_acting(store: Store):
    """A second holder is refused, an acting one is not; declaring a shared post single is refused too."""
    bring(store, OFFICE)
    row = {"person": "sun", "unit": "bureau", "post": "first", "from": "2026-01-01"}
    (problem,) = refused(store, {"postings": [row]})
    assert "first of bureau has one holder at a time, and on 2026-01-01 that would be both zhao and sun." in problem
    bring(store, {"postings": [row | {"acting": True}]})
    bring(
        store,
        {
            "postings": [
                {"person": p, "unit": "general", "post": "clerk", "from": "2026-01-01"} for p in ("qian", "sun")
            ]
        },
    )
    (problem,) = refused(store, "posts:\n- {unit: general, post: clerk, single: true}")
    assert problem.startswith("r:2:3: clerk of general has one holder at a time")


def test_two_people_named_for_one_tier_are_reported(store: Store):
    """Two firsts, directs or heads at once are allowed where the post is not single, but said."""
    planned = bring(
        store,
        "units: [{code: a}]\npeople: [{login: x}, {login: y}]\npostings:\n"
        "- {person: x, unit: a, post: direct, from: 2026-01-01}\n"
        "- {person: y, unit: a, post: direct, from: 2026-02-01}\n"
        "- {person: y, unit: a, post: clerk, from: 2026-02-01}\n"
        "- {person: x, unit: a, post: clerk, from: 2026-02-01}\n",
    )
    assert [f"{w.where}: {w}" for w in planned.warnings] == [
        "office.yaml:5:44: direct of a is held by x and y at once from 2026-02-01 on."
    ]


def test_what_is_odd_is_said_but_done(store: Store):
    """A portfolio of somebody without a post, a calendar not yet here, a post no policy asks: warnings."""
    planned = bring(
        store,
        "units: [{code: a, calendar: CN}]\n"
        "postings: [{person: admin, unit: a, post: reviewer, from: 2020-01-01, to: 2020-12-31}]\n"
        "portfolios: [{person: admin, units: [a]}]\n",
    )
    assert [str(w) for w in planned.warnings] == [
        "There is no calendar CN here yet.",
        "reviewer is a role that policies work out from other posts; this posting may never answer.",
        "admin answers for a by portfolio, but holds no post.",
    ]
    assert len(planned.changes) == 4


def test_units_cannot_lie_under_each_other_in_a_circle(store: Store):
    """A circle is refused, in one file or closed by a later one."""
    (problem,) = refused(store, "units:\n- {code: a, parent: b}\n- {code: b, parent: a}\n")
    assert problem == "r:2:21: The units a → b → a lie under each other in a circle."
    bring(store, OFFICE)
    (problem,) = refused(store, "units: [{code: bureau, parent: mines}]")
    assert "bureau → mines → bureau" in problem


def test_a_tree_has_a_bottom(store: Store):
    """Units nested deeper than the walk upward goes are refused."""
    rows = [{"code": "u0"}] + [{"code": f"u{n}", "parent": f"u{n - 1}"} for n in range(1, 70)]
    assert "The unit u60 lies more than 60 levels deep." in refused(store, {"units": rows})[0]


def test_deputies_cannot_stand_in_for_each_other_in_a_circle(store: Store):
    """A circle on a common day is refused; without a common day it is none."""
    leave = "people: [{login: x}, {login: y}]\nleave:\n- {person: x, deputy: y, from: 2026-05-01, to: 2026-05-05}\n"
    (problem,) = refused(store, leave + "- {person: y, deputy: x, from: 2026-05-05, to: 2026-05-09}\n")
    assert problem == "r:3:3: x, y would stand in for each other in a circle on 2026-05-05."
    bring(store, leave + "- {person: y, deputy: x, from: 2026-05-06, to: 2026-05-09}\n")


def test_nobody_is_on_leave_twice_at_once(store: Store):
    """Overlapping leave of one person is refused, also with what is registered."""
    bring(store, OFFICE)
    (problem,) = refused(store, "leave: [{person: qian, from: 2026-05-08, to: 2026-05-12}]")
    assert problem == "r:1:9: qian is already on leave from 2026-05-04 to 2026-05-08; the two overlap."


def test_every_problem_of_a_file_is_told(store: Store):
    """The first problem in the file speaks, the others follow in the order of the file."""
    text = (
        "postings:\n- {person: x, unit: b, post: clerk, from: 2026-01-01}\nunits:\n- {code: a, parent: c}\n"
        "people:\n- {login: x}\n- {login: x}\n"
    )
    assert [problem.partition(": ")[0] for problem in refused(store, text)] == ["r:2:21", "r:4:21", "r:7:3"]
    with pytest.raises(BadRegister) as caught:
        bring(store, text, "r")
    assert caught.value.hint.format(**caught.value.places) == "There are 3 problems in this file; nothing was written."


def test_a_mapping_is_read_like_its_json():
    """Tests and callers may hand over data; what they hand over is not changed."""
    data = {"units": [{"code": "a", "name": "A"}], "people": []}
    kept = copy.deepcopy(data)
    assert [entry.values for entry in read_register(data).units] == [{"code": "a", "name": "A"}]
    assert data == kept


def test_a_windows_account_is_a_login(store: Store):
    """DOMAIN\\login and e-mail-like logins are accepted."""
    bring(store, {"people": [{"login": "OFFICE\\han"}, {"login": "han@office"}, {"login": "_han.2"}]})
    assert len(table(store, "person")) == 4


def test_a_large_register_is_imported_in_one_go(store: Store):
    """Five hundred people with a posting each: one transaction, one chain of events without a gap."""
    people = [{"login": f"p{n}"} for n in range(500)]
    postings = [{"person": f"p{n}", "unit": "a", "post": "staff", "from": "2026-01-01"} for n in range(500)]
    bring(store, {"units": [{"code": "a"}], "people": people, "postings": postings})
    events = org_events(store)
    assert [event["n"] for event in events] == list(range(1, len(events) + 1))
    ids = [row["id"] for row in table(store, "person")]
    with store.read() as tx:
        assert len(register.logins(tx, ids)) == 501


# What can be asked.


def test_the_tree_is_listed_top_down(store: Store):
    """Each unit stands under its parent, siblings by code, with its depth."""
    bring(store, OFFICE)
    with store.read() as tx:
        rows = register.tree(tx)
    assert [(row["code"], row["depth"]) for row in rows] == [
        ("bureau", 0),
        ("district", 1),
        ("general", 1),
        ("mines", 1),
    ]
    assert rows[3] == {"code": "mines", "name": "Mines Division", "parent": "bureau", "kind": "unit", "depth": 1}


def test_who_answers_is_told_by_login(store: Store):
    """The answer names logins, the post, where it was found, for whom a deputy stands in, and why."""
    bring(store, OFFICE)
    with store.read() as tx:
        assert register.who(tx, "unit_head", "mines", MAY) == {
            "role": "unit_head",
            "unit": "mines",
            "on": "2026-05-04",
            "holders": [{"person": "sun", "post": "unit_head", "unit": "mines", "for": "qian", "why": "deputy"}],
            "double": False,
        }
        assert register.who(tx, "first", "mines", MAY)["holders"] == [
            {"person": "zhao", "post": "first", "unit": "bureau", "for": None, "why": "posting"}
        ]
        assert register.who(tx, "superior.first", "district", MAY)["holders"][0]["person"] == "zhao"
        assert register.who(tx, "office", "mines", MAY)["holders"][0]["why"] == "acting"


def test_asking_for_a_role_that_is_none_is_wrong_words(store: Store):
    """A misspelt role gets a suggestion; a role of a case says so; an unknown unit is not found."""
    bring(store, OFFICE)
    with store.read() as tx:
        with pytest.raises(Usage) as caught:
            register.who(tx, "superior.frist", "mines", MAY)
        assert caught.value.hint.format(**caught.value.places) == "Did you mean first?"
        with pytest.raises(Usage, match="There is no role or post zzz here"):
            register.who(tx, "zzz", "mines", MAY)
        with pytest.raises(Usage, match="Who is owner depends on the case"):
            register.who(tx, "owner", "mines", MAY)
        with pytest.raises(NotFound, match="There is no unit moon"):
            register.who(tx, "first", "moon", MAY)


def test_the_ladder_of_a_unit_shows_every_tier(store: Store):
    """Each answerable tier with its holders; a vacant one says so, an absent holder is not a vacancy."""
    bring(store, OFFICE)
    bring(store, {"leave": [{"person": "zhao", "from": "2026-05-01", "to": "2026-05-31"}]})
    with store.read() as tx:
        found = register.ladder(tx, "mines", MAY)
    assert (found["unit"], found["on"]) == ("mines", "2026-05-04")
    rows = {row["role"]: row for row in found["roles"]}
    assert list(rows) == list(register.LADDER)
    assert [holder["person"] for holder in rows["unit_head"]["holders"]] == ["sun"]
    assert (rows["direct"]["holders"], rows["direct"]["vacant"], rows["direct"]["why"]) == ([], True, "vacant")
    assert (rows["first"]["holders"], rows["first"]["vacant"], rows["first"]["why"]) == ([], False, "on-leave")
    assert rows["reviewer"]["holders"] == rows["member_in_charge"]["holders"]


def test_the_policy_in_force_names_the_aliases(store: Store):
    """An alias of the applied policy replaces the built-in one and can be asked for."""
    bring(store, OFFICE)
    compiled = {"policy": "p", "roles": {"reviewer": ["first"], "watch": ["office"]}, "types": {}, "duties": {}}
    with store.write() as tx:
        policies.apply(tx, compiled, Who(store.workspace.admin, "os-login"))
    with store.read() as tx:
        assert register.who(tx, "reviewer", "mines", MAY)["holders"][0]["person"] == "zhao"
        assert register.who(tx, "watch", "mines", MAY)["holders"][0]["person"] == "sun"


def test_a_unit_is_shown(store: Store):
    """What it is, where it belongs, which time it keeps, who is posted there and in whose portfolio it lies."""
    bring(store, OFFICE)
    with store.read() as tx:
        shown = register.show(tx, "general", MAY)
    assert (shown["name"], shown["body"], shown["superior"], shown["zone"]) == (
        "General Office",
        "bureau",
        None,
        "Asia/Shanghai",
    )
    (posted,) = shown["posts"]
    assert (posted["person"], posted["post"], posted["acting"], posted["to"]) == ("sun", "office", True, None)
    assert [row["person"] for row in shown["portfolios"]] == ["sun"]


def test_a_person_is_shown(store: Store):
    """The closed record: login, name, e-mail, postings, portfolios, leave; nothing else."""
    bring(store, OFFICE)
    with store.read() as tx:
        shown = register.show(tx, "qian", MAY)
        assert set(shown) == {"login", "name", "email", "on", "postings", "portfolios", "leave"}
        assert shown["postings"] == [
            {
                "unit": "mines",
                "post": "unit_head",
                "from": "2025-06-01",
                "to": "2026-12-31",
                "acting": False,
                "level": None,
            }
        ]
        assert shown["leave"] == [{"deputy": "sun", "from": "2026-05-04", "to": "2026-05-08"}]
        with pytest.raises(NotFound, match="There is no unit and no person moon"):
            register.show(tx, "moon", MAY)


def test_names_and_units_are_looked_up(store: Store):
    """Ids give logins and names, strangers are left out, units are known by code."""
    bring(store, OFFICE)
    with store.read() as tx:
        zhao = register.person_by_login(tx, "zhao")
        assert zhao is not None
        assert register.person_by_login(tx, "nobody") is None
        assert register.logins(tx, [zhao["id"], "p_gone"]) == {zhao["id"]: "zhao"}
        assert register.names(tx, [zhao["id"], zhao["id"]]) == {zhao["id"]: "赵敏"}
        assert register.logins(tx, []) == {}
        assert register.unit_exists(tx, "mines")
        assert not register.unit_exists(tx, "moon")
