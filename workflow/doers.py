"""Who does each act of one case, and who holds and is told of its limits, as the law and the register stand now.

Besides what its law names there are three things only the case decides: who has power over its respondent (`powers`),
for whom others step in because all are shut out (`or_else`), and that its respondent is told of it as such only.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Protocol

from states import doers as law
from states.vocabulary import CASE_ROLES
from workflow.roles import Holder, Parts, Standing
from workflow.store import Tx

Told = dict[str, Any]
RESPONDENT = "respondent"  # why somebody who holds a role is not told


class Matter(Protocol):
    """What is asked of a case."""

    @property
    def ref(self) -> str: ...
    @property
    def fields(self) -> Mapping[str, Any]: ...
    @property
    def state(self) -> str: ...
    @property
    def opener(self) -> str | None: ...
    @property
    def acted(self) -> Mapping[str, Sequence[str]]: ...


class Doers:
    """The roles and persons of one case; valid inside the transaction it was asked in, until the case is acted on."""

    __slots__ = ("_respondents", "case", "definition", "parts", "powers", "there", "tx")

    def __init__(self, tx: Tx, case: Matter, definition: law.Definition, there: Standing, parts: Parts) -> None:
        self.tx = tx
        self.case = case
        self.definition = definition
        self.there = there
        self.parts = parts
        self.powers: list[str] | None = None
        if definition.get("powers"):
            from workflow import powers

            self.powers = powers.over(tx, case.fields, definition, there)
        self._respondents: frozenset[str] | None = None

    # roles

    def others_step_in(self, action: str) -> bool:
        """Whether others step in: somebody holds a role of those who may do it, and each of them is shut out of it."""
        if "or_else" not in self.definition["actions"][action]:
            return False
        somebody = False
        for who in self._candidates(law.doers(self.definition, action, self.powers)):
            if self._may(action, who):
                return False  # nearly always the first one
            somebody = True
        others = law.substitutes(self.definition, action, self.powers)
        return somebody and any(self._may(action, who) for who in self._candidates(others))

    def holders(self, clock: str) -> list[str]:
        """The roles that hold a limit: where others do the act it is for, those."""
        given: list[str] = self.definition["clocks"][clock]["holders"]
        instead = self._instead(clock) if given else []
        return [*(role for role in given if role == "party"), *instead] if instead else given

    def approvers(self, clock: str) -> list[str]:
        """The roles that grant more time for a limit."""
        return law.empowered(self.definition, self.definition["clocks"][clock]["extension"]["approve"], self.powers)

    def rung(self, clock: str, step: Mapping[str, Any]) -> list[str]:
        """The roles a step of its ladder tells.

        Of a limit for those above, the step at its end (and each before it) tells whom the case names and who holds the
        limit, and every later one the same posts as many bodies up. Where others step in, that step tells them, too.
        """
        tell: list[str] = step["tell"]
        instead = self._instead(clock)
        at_end = step["before"] is not None or step["after"] == "0"
        up = self._up(clock, instead)
        if up and not at_end:
            return [law.lifted(role, up) for role in tell]
        if up:
            tell = [role for role in tell if role in CASE_ROLES]
        return list(dict.fromkeys([*law.empowered(self.definition, tell, self.powers), *(instead if at_end else ())]))

    def told_of(self, action: str) -> list[str]:
        """The roles an act tells."""
        return law.empowered(self.definition, self.definition["actions"][action].get("tell", ()), self.powers)

    # persons

    def persons(self, role: str) -> list[Holder]:
        """Who answers in a role; the respondent, and whoever stands in for that one, only as such."""
        found = self.there.holders(role, self.parts, self.definition["roles"])
        if role == "party" or not found:
            return found
        return [one for one in found if self.respondents.isdisjoint({one.person, one.for_})]

    def holding(self, clock: str) -> list[str]:
        """Who holds a limit now, each person once."""
        return list(dict.fromkeys(one.person for role in self.holders(clock) for one in self.persons(role)))

    def tell(self, roles: Iterable[str]) -> tuple[list[Told], list[dict[str, str]]]:
        """Who is told for these roles now, each person once; and the roles where nobody is, with why."""
        told: dict[str, Told] = {}
        skipped = []
        for role in roles:
            found = self.persons(role)
            if not found:
                skipped.append({"role": role, "why": self._why_empty(role)})
            for holder in found:
                told.setdefault(holder.person, {"person": holder.person, "role": role, "for": holder.for_})
        return list(told.values()), skipped

    @property
    def respondents(self) -> frozenset[str]:
        """Whoever answers the charge of this case; nobody where its law knows no charge."""
        if self._respondents is None:
            found = self._incumbents("party") if self.definition.get("grounds") else []
            self._respondents = frozenset(one.person for one in found)
        return self._respondents

    def _incumbents(self, role: str) -> list[Holder]:
        return self.there.incumbents(role, self.parts, self.definition["roles"])

    def _why_empty(self, role: str) -> str:
        if role != "party" and self.there.holders(role, self.parts, self.definition["roles"]):
            return RESPONDENT
        return self.there.why_empty(role, self.parts, self.definition["roles"])

    def _instead(self, clock: str) -> list[str]:
        """The roles that do what a limit is for where its law names others; none where it is as the law says."""
        found: list[str] = []
        for action, about in self.definition["actions"].items():
            judged = self.powers is not None and law.decides(self.definition, action)
            if not (judged or "or_else" in about) or not law.meets(self.definition, clock, action):
                continue
            if self.others_step_in(action):
                found += law.substitutes(self.definition, action, self.powers)
            elif judged and self.powers is not None:
                found += self.powers
        return list(dict.fromkeys(found))

    def _up(self, clock: str, instead: list[str]) -> int:
        """So many bodies above a ladder is climbed: where those have the power, and anybody is there."""
        judged = self.powers is not None and any(
            law.meets(self.definition, clock, action) for action in self.definition["powers"]["on"]
        )
        return law.bodies_up(instead) if judged and any(map(self._incumbents, instead)) else 0

    def _candidates(self, roles: Sequence[str]) -> Iterator[tuple[str, ...]]:
        """Everybody who could act in these roles, with the one stood for: incumbents, absent or not, then deputies."""
        for role in roles:
            yield from ((one.person,) for one in self._incumbents(role))
        for role in roles:
            for one in self.there.holders(role, self.parts, self.definition["roles"]):
                if one.for_:
                    yield one.person, one.for_

    def _may(self, action: str, who: tuple[str, ...]) -> bool:
        """Whether nothing of what they are, or have done here, shuts these persons out of an act."""
        from states.guards import Facts, holds, roles_against  # asked of few; who looks at the agenda needs none of it
        from workflow.facts import opened_for

        unless = self.definition["actions"][action]["unless"]
        roles = frozenset(
            role
            for role in roles_against(self.definition, action)
            for person in who
            if self.there.held(person, [role], self.parts, self.definition["roles"])
        )
        if "party" in roles and law.judges(self.definition, action):
            return False
        facts = Facts(self.case.state, roles=roles, who=who, acted=self.case.acted, opener=self.case.opener)
        facts.opened_for = opened_for(self.tx, self.case.ref, self.definition, [action])
        return not any(holds(term, facts) for term in unless)
