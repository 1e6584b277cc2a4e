"""What is odd about a register, as an import would leave it: allowed, and worth saying to whoever brings it in."""

from collections.abc import Mapping
from typing import Any

from states.errors import N_, Invalid
from workflow import policies
from workflow.hats import Hat, bodies, together
from workflow.register_check import position
from workflow.register_file import Register
from workflow.register_table import OPEN, Table, about, collisions, grouped
from workflow.roles import ALIASES, ONE_ANSWERS
from workflow.sql import register as sql
from workflow.store.tx import Tx


def oddities(tx: Tx, register: Register, tables: Mapping[str, Table], today: str) -> list[Invalid]:
    """Warnings, in the order of the file: about its rows and what they make odd, never about old quarrels alone."""
    look = _Look(tables, today)
    look.calendars(register, {row[0] for row in tx.all(sql.CALENDAR_NAMES)})
    look.postings(register)
    look.portfolios(register)
    look.without_post()
    policy = policies.current_or_none(tx)
    if policy and policy.get("apart"):
        look.hats(policy)
    return sorted(look.found, key=position)


class _Look:
    def __init__(self, tables: Mapping[str, Table], today: str) -> None:
        self.tables = tables
        self.today = today
        self.logins = {row["id"]: row["login"] for row in tables["person"].rows.values()}
        self.found: list[Invalid] = []

    def odd(self, where: str, message: str, **places: Any) -> None:
        self.found.append(Invalid(message, where=where, **places))

    def login(self, person: str) -> str:
        return str(self.logins.get(person, person))

    def calendars(self, register: Register, known: set[str]) -> None:
        for entry in register.units:
            if (calendar := entry.values.get("calendar")) and calendar not in known:
                self.odd(entry.at("calendar"), N_("There is no calendar {name} here yet."), name=calendar)

    def postings(self, register: Register) -> None:
        """A role worked out from other posts is nobody's post; two at once in a post where one answers."""
        for entry in register.postings:
            if entry.values["post"] in ALIASES:
                self.odd(
                    entry.at("post"),
                    N_("{post} is a role that policies work out from other posts; this posting may never answer."),
                    post=entry.values["post"],
                )
        posts = self.tables["post"]
        for key, rows in grouped(self.tables["posting"], lambda key: key[1:3], also=posts.touched):
            one_answers = key[1] in ONE_ANSWERS and key[1] != "member_in_charge"
            if one_answers and not posts.rows.get(key, {}).get("single"):  # of a single post it is refused
                regular = [pair for pair in rows if not pair[0]["acting"]]
                for row, held, where in collisions(regular, posts.touched.get(key, ""), own=False):
                    self.odd(where, _SHARED, **about(row, held, self.login))

    def portfolios(self, register: Register) -> None:
        """Two leaders of one unit; a row without days, which is about the portfolio known before, and that is over."""
        table = self.tables["portfolio"]
        for _, rows in grouped(table, lambda key: key[1:2]):
            for row, held, where in collisions(rows, own=False):
                self.odd(where, _BOTH, **about(row, held, self.login))
        undated = {
            entry.at(f"units.{unit}")
            for entry in register.portfolios
            if {"from", "to"}.isdisjoint(entry.values)
            for unit in entry.values["units"]
        }
        for key, where in table.touched.items():
            ends = table.rows[key]["to_on"]
            if where in undated and ends and ends < self.today:
                self.odd(where, _OVER, login=self.login(key[0]), unit=key[1], day=ends)

    def without_post(self) -> None:
        """Who answers by portfolio or stands in, and holds no post then: by a row of the file, or as it ends a post."""
        postings, portfolios, leave = (self.tables[name] for name in ("posting", "portfolio", "leave"))
        last: dict[str, str] = {}
        for row in postings.rows.values():
            last[row["person"]] = max(last.get(row["person"], ""), row["to_on"] or OPEN)
        ending = {
            key[0]: where for key, where in postings.touched.items() if postings.rows[key] != postings.before.get(key)
        }
        for key, row in portfolios.rows.items():
            where, until, ends = portfolios.touched.get(key) or ending.get(key[0]), last.get(key[0], ""), row["to_on"]
            if not where or (ends or OPEN) < self.today or until >= (ends or OPEN):
                continue
            say = _IDLE if until < self.today else _IDLE_AFTER
            self.odd(where, say, login=self.login(key[0]), unit=key[1], day=until)
        for key, row in leave.rows.items():
            deputy = row["deputy"]
            where = leave.touched.get(key) or ending.get(deputy)
            if deputy and where and last.get(deputy, "") < row["to_on"] >= self.today:
                self.odd(where, _STANDS_IN, login=self.login(deputy), other=self.login(key[0]), day=row["to_on"])

    def hats(self, policy: policies.Compiled) -> None:
        """Nobody is given two hats in one body that the policy keeps apart, from today on; old ones are left alone."""
        worn = [
            Hat(row["person"], row["unit"], row.get("post", "member_in_charge"), row["from_on"], row["to_on"], where)
            for table in (self.tables["posting"], self.tables["portfolio"])
            for key, row in table.rows.items()
            if (row["to_on"] or OPEN) >= self.today
            for where in (table.touched.get(key, ""),)
        ]
        body_of = bodies({key[0]: row for key, row in self.tables["unit"].rows.items()})
        for both in together(worn, body_of, policy["apart"], {**ALIASES, **policy["roles"]}):
            if where := both.other.where or both.one.where:
                self.odd(
                    where,
                    _HATS,
                    login=self.login(both.one.person),
                    one=both.one.post,
                    other=both.other.post,
                    body=both.body,
                    start=both.since,
                )


_BOTH = N_("{unit} is in the portfolio of {other} too; both answer for it.")
_HATS = N_("{login} is {one} and {other} in {body} from {start} on; the policy keeps these hats apart.")
_IDLE = N_("{login} answers for {unit} by portfolio, but holds no post.")
_IDLE_AFTER = N_("{login} answers for {unit} by portfolio, but holds no post after {day}.")
_OVER = N_("{login} had {unit} in the portfolio until {day}; to begin anew, the row has to say `from`.")
_SHARED = N_("{post} of {unit} is held by {other} and {login} at once from {start} on.")
_STANDS_IN = N_("{login} stands in for {other} until {day}, but does not hold a post until then.")
