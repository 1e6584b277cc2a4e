"""From policy texts to the compiled policy: plain JSON in which every default is written out and every name known."""

from collections.abc import Iterable, Mapping
from typing import Any

from states.calendars import shipped
from states.checking import Known
from states.checks import check_cases, check_definition, check_shared
from states.definitions import define, duty_of, step_of
from states.documents import Document, lay_over, read, read_sources
from states.duty_checks import check_duty
from states.errors import N_
from states.loader import Flaw
from states.opens_checks import check_circle, check_known, check_opens
from states.scorecard_checks import check_scorecard
from states.scorecards import fitting, score_of
from states.vocabulary import BUILT_IN_ALIASES

__all__ = ["Flaw", "compile_policy", "read_sources"]


def compile_policy(
    sources: Mapping[str, str], base: Mapping[str, Any] | None = None, calendars: Iterable[str] | None = None
) -> tuple[dict[str, Any] | None, list[Flaw]]:
    """The compiled policy, or None with all flaws in order of file and line.

    ``sources`` is file name -> text. Without a `policy:` document among them they are laid over ``base``, the
    compiled policy in force. ``calendars`` are the names known besides ``none``; default: those shipped.
    """
    documents = lay_over([read(file, text) for file, text in sources.items()], base)
    maker = _Maker(documents, frozenset(shipped() if calendars is None else calendars) | {"none"})
    made = maker.policy()
    flaws = [flaw for document in documents for flaw in document.flaws]
    if flaws:
        return None, sorted(_distinct(flaws), key=lambda flaw: (flaw.file, flaw.line, flaw.column, flaw.code))
    return made, []


def _distinct(flaws: Iterable[Flaw]) -> list[Flaw]:
    """Each flaw once: a ladder used by ten clocks is wrong once."""
    return list({(flaw.file, flaw.line, flaw.column, flaw.code, flaw.text): flaw for flaw in flaws}.values())


class _Maker:
    """Holds what the documents share while each case type and duty is made and checked."""

    def __init__(self, documents: list[Document], calendars: frozenset[str]) -> None:
        self.documents = documents
        self.calendars = calendars
        self.policies = [document for document in documents if document.kind == "policy"]
        self.head: dict[str, Any] = self.policies[0].data if self.policies else {}
        self.posts = frozenset(post for document in documents for post in document.data.get("posts", ()))
        self.roles: dict[str, list[str]] = dict(BUILT_IN_ALIASES)
        self.ladders: dict[str, list[dict[str, Any]]] = {}
        self.types: dict[str, dict[str, Any]] = {}
        self.openers: list[tuple[Document, dict[str, Any], Known]] = []  # what names other types, to be checked last

    def policy(self) -> dict[str, Any] | None:
        for extra in self.policies[1:]:
            extra.sheet.flaw(
                ("policy",), "duplicate-name", N_("The policy is already given in {file}."), file=self.policies[0].file
            )
        self._share("roles", self.roles)
        self._share("ladders", self.ladders)
        shared = [document for document in self.documents if document.kind != "case"]
        for document in shared:
            check_shared(document.data, document.sheet, self._known(self.roles, self.ladders))
        if any(document.flaws for document in shared):
            return None  # what the case types rely on is not sure: more flaws would be guesses
        for document in self.documents:
            if document.kind == "case" and not document.flaws:
                self._type(document)
        self._once("case", "ref", N_("The reference prefix {name} is already used in {file}."), "duplicate-ref")
        self._once("case", "case", N_("The case type {name} is already given in {file}."), "duplicate-name")
        self._opens()
        duties = self._duties()
        scorecard = self._scorecard()
        name = self.head.get("policy", "own")
        return {
            "v": 1,
            "policy": name,
            "title": self.head.get("title") or {"en": "Own policy", "zh": "自定制度"},
            "calendar": self.head.get("calendar"),
            "zone": self.head.get("zone"),
            "act_at": self.head.get("act-at", "09:00"),
            "roles": self.roles,
            "types": self.types,
            "duties": duties,
            **({"posts": sorted(self.posts)} if self.posts else {}),
            **({"apart": self.head["apart"]} if self.head.get("apart") else {}),
            "sources": {document.file: document.text for document in self.documents},
            **({"scorecard": scorecard} if scorecard else {}),
        }

    def _share(self, key: str, into: dict[str, Any]) -> None:
        """Collect the names that the policy and its parts give to all types; each may be given once."""
        given: dict[str, str] = {}
        for document in self.documents:
            if document.kind == "case":
                continue
            for name, value in document.data.get(key, {}).items():
                if name in given:
                    document.sheet.flaw(
                        (key, name),
                        "duplicate-name",
                        N_("`{name}` is already given in {file}; change it there."),
                        name=name,
                        file=given[name],
                    )
                given[name] = document.file
                into[name] = value if key == "roles" else [step_of(step) for step in value]

    def _known(self, roles: Mapping[str, list[str]], ladders: Mapping[str, Any]) -> Known:
        return Known(self.posts, roles, ladders, self.calendars)

    def _type(self, document: Document) -> None:
        data, sheet = document.data, document.sheet
        roles = self.roles | data.get("roles", {})
        ladders = self.ladders | {
            name: [step_of(step) for step in steps] for name, steps in data.get("ladders", {}).items()
        }
        known = self._known(roles, ladders)
        check_shared(data, sheet, known)
        if sheet.flaws:
            return
        definition = define(data, self.head, roles, ladders)
        check_definition(definition, sheet, known)
        self.types.setdefault(definition["case"], definition)
        if "opens" in definition or any("cases" in field for field in definition["fields"].values()):
            self.openers.append((document, definition, known))

    def _once(self, kind: str, key: str, message: str, code: str) -> None:
        given: dict[str, str] = {}
        for document in self.documents:
            name = document.data.get(key)
            if document.kind != kind or not name:
                continue
            if name in given:
                document.sheet.flaw((key,), code, message, name=name, file=given[name])
            given.setdefault(name, document.file)

    def _opens(self) -> None:
        """What names other types is judged once all are known, and circles of opening once all else is right."""
        unsure = {document.data.get("case") for document in self.documents if document.flaws}
        sure = {name: found for name, found in self.types.items() if name not in unsure}
        for document, definition, known in self.openers:
            check_known(definition, document.sheet, self.types, unsure)
            check_cases(definition, document.sheet, self.types, unsure)
            check_opens(definition, document.sheet, known, sure)
        for document, definition, _ in self.openers:
            if not document.flaws:
                check_circle(definition, document.sheet, self.types)

    def _duties(self) -> dict[str, Any]:
        duties: dict[str, Any] = {}
        given: dict[str, str] = {}
        unsure = {document.data.get("case") for document in self.documents if document.flaws}
        known = self._known(self.roles, self.ladders)
        for document in self.documents:
            for code, data in document.data.get("duties", {}).items():
                if code in given:
                    document.sheet.flaw(
                        ("duties", code),
                        "duplicate-name",
                        N_("`{name}` is already given in {file}; change it there."),
                        name=code,
                        file=given[code],
                    )
                given[code] = document.file
                if {"opens", "every"} <= data.keys() and data["opens"] not in unsure:
                    duties[code] = duty_of(code, data, self.types.get(data["opens"], {}).get("fields", {}))
                    check_duty(duties[code], document.sheet, ("duties", code), self.types, known)
        return duties

    def _scorecard(self) -> dict[str, Any] | None:
        """What the office counts and what it is worth; one document of the policy says it."""
        found: dict[str, Any] | None = None
        first = ""
        unsure = {document.data.get("case") for document in self.documents if document.flaws}
        for document in self.documents:
            data = document.data.get("scorecard")
            if not data or "measures" not in data:
                continue
            if found is not None:
                document.sheet.flaw(
                    ("scorecard",),
                    "duplicate-name",
                    N_("`{name}` is already given in {file}; change it there."),
                    name="scorecard",
                    file=first,
                )
                continue
            if document.in_force:
                data = fitting(data, self.types)
            check_scorecard(data, document.sheet, self.types, unsure)
            first, found = document.file, data
        return score_of(found) if found and not any(document.flaws for document in self.documents) else None
