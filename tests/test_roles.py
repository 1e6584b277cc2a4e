"""Who answers: roles looked up the tree on a day, deputies in place of the absent."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from states.errors import NotFound
from workflow import seats
from workflow.roles import ALIASES, Holder, Parts, standing
from workflow.store import Store
from workflow.trail import SYSTEM, record
from workflow.workspace import create

MAY = date(2026, 5, 4)
NOBODY = Parts()
_numbers = itertools.count()


def pid(login: str) -> str:
    """The opaque id the tests give a login."""
    return f"p_{login.encode().hex():0<20}"[:22]


@dataclass
class Office:
    """A register written straight into its tables; every change moves the head of the stream `org`, as in life."""

    store: Store
    people: set[str] = field(default_factory=set)

    def clear(self) -> None:
        with self.store.write() as tx:
            for table in ("unit", "post", "posting", "portfolio", "leave", "person"):
                tx.put(f"DELETE FROM {table}")
            record(tx, "org", "org.changed", SYSTEM, data={"test": next(_numbers)})
        self.people.clear()

    def write(self, table: str, **row: str | int | None) -> None:
        names = ", ".join(row)
        places = ", ".join(f":{name}" for name in row)
        with self.store.write() as tx:
            tx.put(f"INSERT INTO {table} ({names}) VALUES ({places})", **row)
            record(tx, "org", "org.changed", SYSTEM, data={"test": next(_numbers)})

    def unit(self, code: str, parent: str | None = None, kind: str = "unit", **more: str) -> None:
        self.write("unit", code=code, name=code, parent=parent, kind=kind, **more)

    def person(self, login: str) -> str:
        if login not in self.people:
            self.people.add(login)
            self.write("person", id=pid(login), login=login, name=login)
        return pid(login)

    def post(self, login: str, post: str, unit: str, start: str = "2026-01-01", to: str | None = None, **more) -> None:
        row = {"person": self.person(login), "unit": unit, "post": post, "from_on": start, "to_on": to, "acting": 0}
        self.write("posting", **(row | more))

    def charge(self, login: str, unit: str, start: str = "2026-01-01", to: str | None = None) -> None:
        self.write("portfolio", person=self.person(login), unit=unit, from_on=start, to_on=to)

    def away(self, login: str, start: str, to: str, deputy: str | None = None) -> None:
        other = self.person(deputy) if deputy else None
        row = {"person": self.person(login), "deputy": other, "from_on": start, "to_on": to}
        self.write("leave", id=f"l{next(_numbers)}", **row)

    def who(self, role: str, unit: str, on: date = MAY, parts: Parts = NOBODY, aliases=ALIASES) -> list[str]:
        """Logins, a stand-in written `deputy for absent`."""
        with self.store.read() as tx:
            return [text(holder) for holder in standing(tx, unit, on).holders(role, parts, aliases)]

    def empty(self, role: str, unit: str, on: date = MAY, parts: Parts = NOBODY) -> str:
        with self.store.read() as tx:
            there = standing(tx, unit, on)
            assert there.holders(role, parts, ALIASES) == []
            return there.why_empty(role, parts, ALIASES)

    def held(self, login: str, roles: list[str], unit: str, on: date = MAY, parts: Parts = NOBODY):
        with self.store.read() as tx:
            held = standing(tx, unit, on).held(pid(login), roles, parts, ALIASES)
            return {role: login_of(other) if other else None for role, other in held.items()}


def login_of(person: str) -> str:
    return bytes.fromhex(person.removeprefix("p_")).decode().rstrip("\0")


def text(holder: Holder) -> str:
    who = login_of(holder.person)
    return f"{who} for {login_of(holder.for_)}" if holder.for_ else who


def new_office(url: str) -> Office:
    store = create(url, admin_login="admin", sandbox=True, now=datetime(2026, 1, 1, tzinfo=UTC))
    office = Office(store)
    office.clear()
    return office


@pytest.fixture
def office(database_url: str) -> Iterator[Office]:
    """A city bureau with two departments under it, a district bureau below, and its department."""
    office = new_office(database_url)
    office.unit("city", kind="body")
    office.unit("safety", "city")
    office.unit("mines", "safety")
    office.unit("general", "city")
    office.unit("field", "city")
    office.unit("district", "field", kind="body")
    office.unit("desk", "district")
    yield office
    office.store.close()


def test_a_role_is_looked_up_in_the_unit_first(office: Office):
    """The unit's own holder answers, not the one above."""
    office.post("han", "unit_head", "mines")
    office.post("wu", "unit_head", "safety")
    assert office.who("unit_head", "mines") == ["han"]


def test_a_role_is_looked_up_upward_to_the_body(office: Office):
    """What a unit lacks it inherits, up to and including its body."""
    office.post("zhao", "direct", "city")
    assert office.who("direct", "mines") == ["zhao"]
    office.post("wu", "direct", "safety")
    assert office.who("direct", "mines") == ["wu"]


def test_a_body_ends_the_walk(office: Office):
    """A subordinate body has its own tiers: the superior's first is not its first."""
    office.post("zhao", "first", "city")
    office.post("qian", "first", "field")
    assert office.empty("first", "desk") == "vacant"
    assert office.who("superior.first", "desk") == ["zhao"]


def test_whoever_stands_above_is_of_the_body_or_of_the_one_above_it(office: Office):
    """Above a unit is its own body, above a body the next one, above the highest nobody."""
    office.post("zhao", "first", "city")
    office.post("qian", "first", "district")
    assert (office.who("above.first", "mines"), office.who("above.decider", "desk")) == (["zhao"], ["qian"])
    assert office.who("above.first", "district") == ["zhao"]
    assert office.empty("above.first", "city") == "vacant"
    assert office.held("qian", ["above.decider", "first"], "district") == {"first": None}
    office.unit("guild", kind="society")
    assert office.empty("above.first", "guild") == "vacant"


def test_the_top_has_no_superior(office: Office):
    """Above the highest body nobody answers."""
    office.post("zhao", "first", "city")
    assert office.empty("superior.first", "mines") == "vacant"
    office.unit("guild", kind="society")
    assert office.empty("superior.office", "guild") == office.empty("office", "guild") == "vacant"
    with office.store.read() as tx:
        there = standing(tx, "desk", MAY)
        assert (there.body, there.superior) == ("district", "city")
        assert standing(tx, "mines", MAY).superior is None


def test_a_posting_counts_from_its_first_day_to_its_last(office: Office):
    """Both ends of a posting are days on which the person answers."""
    office.post("han", "unit_head", "mines", "2026-03-01", "2026-05-04")
    assert office.who("unit_head", "mines", date(2026, 2, 28)) == []
    assert office.who("unit_head", "mines", date(2026, 3, 1)) == ["han"]
    assert office.who("unit_head", "mines", date(2026, 5, 4)) == ["han"]
    assert office.who("unit_head", "mines", date(2026, 5, 5)) == []


def test_the_past_is_answerable_after_the_present_was_asked(office: Office):
    """Asking about an earlier day later in the same process does not lose who answered then."""
    office.post("old", "unit_head", "mines", "2025-01-01", "2026-01-31")
    office.post("new", "unit_head", "mines", "2026-02-01")
    assert office.who("unit_head", "mines") == ["new"]
    assert office.who("unit_head", "mines", date(2025, 6, 1)) == ["old"]
    assert office.who("unit_head", "mines") == ["new"]


def test_a_change_of_the_register_is_seen_at_once(office: Office):
    """What was remembered of the register ends with its next change."""
    assert office.empty("first", "mines") == "vacant"
    office.post("zhao", "first", "city")
    assert office.who("first", "mines") == ["zhao"]
    office.away("zhao", "2026-05-01", "2026-05-31")
    assert office.empty("first", "mines") == "on-leave"


def test_a_register_larger_than_the_memory_is_answered(office: Office, monkeypatch: pytest.MonkeyPatch):
    """What is remembered is bounded; forgetting changes no answer."""
    monkeypatch.setattr(seats, "_LIMIT", 2)
    office.post("zhao", "first", "city")
    for unit in ("mines", "general", "safety", "mines", "field", "city"):
        assert office.who("first", unit) == ["zhao"]


def test_what_was_read_while_the_register_changed_is_not_remembered(pg_url: str):
    """A change by another program between two statements of ours must not be filed under the older head."""
    office = new_office(pg_url)
    office.unit("city", kind="body")
    other = Office(Store(pg_url))
    with office.store.write() as tx:
        before = seats.recall(tx)
        other.unit("mines", "city")
        assert before.chain("mines", "2026-05-04")[0].kind == "unit"
        other.write("post", unit="mines", post="first", level=1, single=1)
        other.post("zhao", "first", "mines")
        again = seats.Recall(tx, before.head)
        assert list(again.chain("mines", "2026-05-04")[0].posts) == ["first"]
    office.store.close()
    other.store.close()


def test_the_member_in_charge_is_found_by_portfolio_first(office: Office):
    """Whoever has the unit, or the nearest unit above, in their portfolio goes before a posting."""
    office.post("lin", "member_in_charge", "mines")
    office.charge("chen", "safety")
    assert office.who("member_in_charge", "mines") == ["chen"]
    assert office.who("member_in_charge", "general") == []
    office.charge("guo", "mines", to="2026-05-03")
    assert office.who("member_in_charge", "mines", date(2026, 5, 3)) == ["guo"]
    assert office.who("member_in_charge", "mines") == ["chen"]


def test_the_office_is_found_in_any_unit_of_the_body(office: Office):
    """The coordinating office may sit in a sister unit; that of a body below does not count."""
    office.post("sun", "office", "general")
    office.post("tang", "office", "desk")
    assert office.who("office", "mines") == ["sun"]
    assert office.who("office", "desk") == ["tang"]
    assert office.who("superior.office", "desk") == ["sun"]
    office.post("near", "office", "safety")
    assert office.who("office", "mines") == ["near"]


def test_the_inspector_is_found_in_any_unit_of_the_body(office: Office):
    """An inspector of a sister unit is found when nobody upward is one."""
    office.post("yan", "inspector", "general")
    assert office.who("inspector", "mines") == ["yan"]
    assert office.empty("inspector", "desk") == "vacant"


def test_an_alias_is_the_union_of_its_roles(office: Office):
    """A reviewer is the member in charge or the direct leader; each person once."""
    office.charge("chen", "safety")
    office.post("zhao", "direct", "city")
    assert office.who("reviewer", "mines") == ["zhao", "chen"]
    office.charge("zhao", "general")
    assert office.who("reviewer", "general") == ["zhao"]
    assert office.who("superior.reviewer", "desk") == ["zhao"]


def test_a_policy_may_name_its_own_alias(office: Office):
    """An alias of the policy goes before the built-in one, and may contain the post it is named after."""
    office.post("zhao", "first", "city")
    office.post("li", "direct", "city")
    assert office.who("reviewer", "mines", aliases={"reviewer": ["first"]}) == ["zhao"]
    assert office.who("first", "mines", aliases={"first": ["first", "direct"]}) == ["zhao", "li"]
    assert office.who("watch", "mines", aliases={"watch": ["system", "direct"]}) == ["li"]


def test_seniors_come_first_and_acting_holders_last(office: Office):
    """Order: level (1 highest, none last), then non-acting, then login."""
    office.write("post", unit="city", post="direct", level=2, single=0)
    office.write("post", unit="city", post="first", level=1, single=0)
    office.post("d", "direct", "city")
    office.post("c", "direct", "city", acting=1)
    office.post("b", "direct", "city")
    office.post("z", "first", "city")
    assert office.who("decider", "city") == ["z", "b", "d", "c"]


def test_a_deputy_stands_in_for_the_days_of_leave(office: Office):
    """On the first and last day of leave the deputy answers, and both names are told."""
    office.post("han", "unit_head", "mines")
    office.away("han", "2026-05-04", "2026-05-08", "ding")
    assert office.who("unit_head", "mines", date(2026, 5, 3)) == ["han"]
    assert office.who("unit_head", "mines", date(2026, 5, 4)) == ["ding for han"]
    assert office.who("unit_head", "mines", date(2026, 5, 8)) == ["ding for han"]
    assert office.who("unit_head", "mines", date(2026, 5, 9)) == ["han"]


def test_a_deputy_on_leave_is_deputised_in_turn(office: Office):
    """The deputy's deputy stands in for the first absent; a circle leaves nobody."""
    office.post("han", "unit_head", "mines")
    office.away("han", "2026-05-01", "2026-05-08", "ding")
    office.away("ding", "2026-05-01", "2026-05-05", "bai")
    assert office.who("unit_head", "mines") == ["bai for han"]
    office.away("bai", "2026-05-02", "2026-05-05", "han")
    assert office.empty("unit_head", "mines") == "on-leave"
    assert office.who("unit_head", "mines", date(2026, 5, 6)) == ["ding for han"]


def test_an_absent_holder_without_a_deputy_is_not_passed_over(office: Office):
    """The post is held, so nobody above is asked in the holder's place: the step says on-leave, not vacant."""
    office.post("han", "unit_head", "mines")
    office.post("wu", "unit_head", "safety")
    office.away("han", "2026-05-01", "2026-05-08")
    assert office.empty("unit_head", "mines") == "on-leave"
    assert office.empty("first", "mines") == "vacant"


def test_an_own_post_goes_before_standing_in(office: Office):
    """Who holds the role and also deputises for its other holder answers once, in their own right."""
    office.post("a", "direct", "city")
    office.post("b", "direct", "city")
    office.away("a", "2026-05-01", "2026-05-08", "b")
    assert office.who("direct", "mines") == ["b"]
    assert office.held("b", ["direct"], "mines") == {"direct": None}


def test_who_may_act_in_a_role(office: Office):
    """In own right even while absent; as a deputy for the absent; nobody else."""
    office.post("han", "unit_head", "mines")
    office.away("han", "2026-05-01", "2026-05-08", "ding")
    roles = ["unit_head", "first", "system"]
    assert office.held("han", roles, "mines") == {"unit_head": None}
    assert office.held("ding", roles, "mines") == {"unit_head": "han"}
    assert office.held("wu", roles, "mines") == {}


def test_owner_and_opener_are_persons_of_the_case(office: Office):
    """They are deputised like holders of posts; a case without them has nobody there."""
    office.person("mei")
    parts = Parts(owner=pid("mei"), opener=pid("lu"))
    assert office.who("owner", "mines", parts=parts) == ["mei"]
    assert office.empty("owner", "mines") == "vacant"
    office.away("mei", "2026-05-01", "2026-05-08", "ding")
    assert office.who("owner", "mines", parts=parts) == ["ding for mei"]
    assert office.held("ding", ["owner", "opener"], "mines", parts=parts) == {"owner": "mei"}
    assert office.empty("superior.owner", "desk", parts=parts) == "vacant"


def test_a_person_held_to_account_answers_in_person(office: Office):
    """The respondent is the party, on leave or not, and has no deputy."""
    office.person("kong")
    office.away("kong", "2026-05-01", "2026-05-08", "ding")
    parts = Parts(respondent=pid("kong"))
    assert office.who("party", "mines", parts=parts) == ["kong"]
    assert office.held("kong", ["party"], "mines", parts=parts) == {"party": None}
    assert office.held("ding", ["party"], "mines", parts=parts) == {}


def test_a_respondent_body_answers_through_its_first(office: Office):
    """For a body its first is the party; for a unit its own head, else the first of its body."""
    office.post("qian", "first", "district")
    office.post("head", "unit_head", "district")
    assert office.who("party", "city", parts=Parts(respondent="district")) == ["qian"]
    assert office.who("party", "city", parts=Parts(respondent="desk")) == ["qian"]
    office.post("tang", "unit_head", "desk")
    assert office.who("party", "city", parts=Parts(respondent="desk")) == ["tang"]
    assert office.empty("party", "city") == "vacant"


def test_zone_and_calendar_are_inherited(office: Office):
    """A unit without its own counts time as the nearest unit above that has one, across bodies."""
    office.unit("far", "district", zone="Asia/Urumqi")
    office.unit("farther", "far", calendar="XJ")
    with office.store.read() as tx:
        assert (standing(tx, "farther", MAY).zone, standing(tx, "farther", MAY).calendar) == ("Asia/Urumqi", "XJ")
        assert (standing(tx, "far", MAY).zone, standing(tx, "far", MAY).calendar) == ("Asia/Urumqi", None)
        assert standing(tx, "desk", MAY).zone is None


def test_an_unknown_unit_is_not_found(office: Office):
    """Asking around a unit that is not in the register is refused."""
    with office.store.read() as tx, pytest.raises(NotFound, match="There is no unit moon"):
        standing(tx, "moon", MAY)


# A naive second opinion: the same rules, written as plainly as can be over lists of rows.

POSTS = ["first", "unit_head", "office", "member_in_charge", "clerk"]
PEOPLE = ["a", "b", "c", "d", "e"]
DAYS = [MAY + timedelta(days=n) for n in range(6)]


@st.composite
def registers(draw):
    """A random tree of up to seven units with postings, portfolios and leave over six days."""
    size = draw(st.integers(1, 7))
    kinds = st.sampled_from(["unit", "unit", "body"])
    units = {
        f"u{n}": (f"u{draw(st.integers(0, n - 1))}" if n else None, draw(kinds) if n else "body") for n in range(size)
    }
    code, person, day = st.sampled_from(sorted(units)), st.sampled_from(PEOPLE), st.sampled_from(DAYS)
    span = st.tuples(day, day).map(sorted)
    postings = draw(
        st.dictionaries(st.tuples(person, code, st.sampled_from(POSTS)), st.tuples(span, st.booleans()), max_size=14)
    )
    portfolios = draw(st.dictionaries(st.tuples(person, code), span, max_size=4))
    leave = draw(st.dictionaries(person, st.tuples(span, st.sampled_from([None, *PEOPLE])), max_size=4))
    return units, postings, portfolios, leave


def naive(register, role: str, unit: str, day: date) -> set[tuple[str, str | None]]:
    """(person, absent holder stood for) of everybody who answers, computed the slow way."""
    units, postings, portfolios, leave = register

    def path(code):
        """The unit and those above it, up to its body."""
        steps = [code]
        while units[steps[-1]][1] != "body" and units[steps[-1]][0]:
            steps.append(units[steps[-1]][0])
        return steps

    def sits(code, post):
        return {p for (p, u, what), ((lo, hi), _) in postings.items() if (u, what) == (code, post) and lo <= day <= hi}

    def answering(code, post):
        steps = path(code)
        groups = []
        if post == "member_in_charge":
            groups = [{p for (p, u), (lo, hi) in portfolios.items() if u == step and lo <= day <= hi} for step in steps]
        groups += [sits(step, post) for step in steps]
        if post == "office":
            same_body = [u for u in units if path(u)[-1] == steps[-1]]
            groups.append(set().union(*(sits(u, post) for u in same_body)))
        return next((group for group in groups if group), set())

    def stand_in(person):
        seen = set()
        while person in leave and leave[person][0][0] <= day <= leave[person][0][1]:
            seen.add(person)
            person = leave[person][1]
            if person is None or person in seen:
                return None
        return person

    while role.startswith("superior."):
        above = units[path(unit)[-1]][0]
        if above is None:
            return set()
        role, unit = role.removeprefix("superior."), path(above)[-1]
        if units[unit][1] != "body":
            return set()
    held = answering(unit, role)
    own = {(p, None) for p in held if stand_in(p) == p}
    return own | {(s, p) for p in held if (s := stand_in(p)) not in {None, p} and (s, None) not in own}


@pytest.fixture(scope="module")
def drawn_office(tmp_path_factory) -> Iterator[Office]:
    """One embedded database that every drawn register is written into anew."""
    office = new_office(f"sqlite:///{tmp_path_factory.mktemp('drawn') / 'duecourse.db'}")
    yield office
    office.store.close()


@given(register=registers(), day=st.sampled_from(DAYS))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_the_lookup_agrees_with_a_slow_second_opinion(drawn_office: Office, register, day):
    """For any tree, postings, portfolios and leave, each role's holders are those of the naive computation."""
    office = drawn_office
    office.clear()
    fill(office, register)
    roles = [*POSTS, "superior.first", "superior.office", "superior.superior.unit_head"]
    with office.store.read() as tx:
        for unit in register[0]:
            there = standing(tx, unit, day)
            for role in roles:
                found = there.holders(role, NOBODY, ALIASES)
                pairs = {(login_of(h.person), login_of(h.for_) if h.for_ else None) for h in found}
                slow = naive(register, role, unit, day)
                assert {p for p, _ in pairs} == {p for p, _ in slow}, (role, unit)
                assert pairs <= slow
                assert len(found) == len(pairs)
                for person in PEOPLE:
                    may_act = role in there.held(pid(person), [role], NOBODY, ALIASES)
                    assert may_act or person not in {p for p, _ in pairs}


def fill(office: Office, register) -> None:
    """Write a drawn register in one go."""
    units, postings, portfolios, leave = register
    with office.store.write() as tx:
        for login in PEOPLE:
            tx.put("INSERT INTO person (id, login, name) VALUES (:id, :login, :login)", id=pid(login), login=login)
        for code, (parent, kind) in units.items():
            tx.put(
                "INSERT INTO unit (code, name, parent, kind) VALUES (:code, :code, :parent, :kind)",
                code=code, parent=parent, kind=kind,
            )  # fmt: skip
        for (person, unit, post), ((lo, hi), acting) in postings.items():
            tx.put(
                "INSERT INTO posting (person, unit, post, from_on, to_on, acting) VALUES (:p, :u, :post, :lo, :hi, :a)",
                p=pid(person), u=unit, post=post, lo=lo.isoformat(), hi=hi.isoformat(), a=int(acting),
            )  # fmt: skip
        for (person, unit), (lo, hi) in portfolios.items():
            tx.put(
                "INSERT INTO portfolio (person, unit, from_on, to_on) VALUES (:p, :u, :lo, :hi)",
                p=pid(person), u=unit, lo=lo.isoformat(), hi=hi.isoformat(),
            )  # fmt: skip
        for person, ((lo, hi), deputy) in leave.items():
            tx.put(
                "INSERT INTO leave (id, person, deputy, from_on, to_on) VALUES (:id, :p, :d, :lo, :hi)",
                id=person, p=pid(person), d=pid(deputy) if deputy else None, lo=lo.isoformat(), hi=hi.isoformat(),
            )  # fmt: skip
        record(tx, "org", "org.changed", SYSTEM, data={"test": next(_numbers)})
