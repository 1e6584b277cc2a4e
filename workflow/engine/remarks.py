"""The small doors: a remark, another owner, a link, a file. None of them moves the state."""

from collections.abc import Callable, Sequence
from typing import Any

from states.errors import N_, Conflict, NotPermitted, Usage
from states.vocabulary import OPENED_BY
from workflow import case as cases
from workflow import fields, outbox, receipts
from workflow.case import Case
from workflow.engine.common import expect_version, held_in, keep_files, may_add, refuse_closed, refuse_gone, save
from workflow.facts import acting_for
from workflow.files import Incoming
from workflow.receipts import Outcome
from workflow.scene import Scene
from workflow.sql import cases as sql
from workflow.store import Tx
from workflow.trail import Who, Written

MAY_ASSIGN = ("owner", "unit_head", "member_in_charge", "direct", "first", "office")


def comment(
    tx: Tx, ref: str, text: str, *, who: Who, reason: str = "", expect: int | None = None, key: str | None = None
) -> Outcome:
    """Put a remark on record; it changes nothing else, and a closed case takes it too."""

    def do(scene: Scene) -> Written:
        if not text.strip() or len(text) > fields.LONGEST:
            raise Usage("A comment needs some text, at most 8000 characters.", where="TEXT")
        return scene.case.write(tx, "case.commented", who, private={"text": text.strip(), **_why(reason)})

    asked = [ref, text, who.actor, *_why(reason).values()]
    return small(tx, "comment", asked, ref, do, expect=expect, key=key, counts=False)


def assign(
    tx: Tx, ref: str, owner: str, *, who: Who, reason: str = "", expect: int | None = None, key: str | None = None
) -> Outcome:
    """Give the case another owner (a person id)."""

    def do(scene: Scene) -> Written:
        case = scene.case
        refuse_closed(case)
        held = held_in(scene, who, MAY_ASSIGN)
        if not held:
            raise NotPermitted(
                "Only its owner or a superior may assign {ref}.",
                hint=N_("Ask one of: {roles}."),
                ref=ref,
                roles=", ".join(MAY_ASSIGN),
            )
        me = acting_for(who, held, MAY_ASSIGN)
        if not scene.doers.respondents.isdisjoint({owner, *me.persons}):
            raise NotPermitted(
                "Whoever {ref} is about neither owns nor assigns it.", hint=N_("Somebody else has to."), ref=ref
            )
        if tx.one(sql.POSTED, person=owner) is None:
            raise Usage("A case is owned by the holder of a post.", hint=N_("Name somebody with a posting."))
        refuse_gone(tx, owner)
        was, case.owner = case.owner, owner
        written = case.write(
            tx,
            "case.assigned",
            me,
            data={"owner": owner, "was": was, "version": case.version + 1},
            private=_why(reason),
        )
        outbox.owe(
            tx, case, written, "case.assigned", persons=[owner], key=f"assigned/{written.n}", body={"state": case.state}
        )
        return written

    return small(tx, "assign", [ref, owner, who.actor, reason], ref, do, expect=expect, key=key)


def link(
    tx: Tx,
    ref: str,
    kind: str,
    other: str,
    *,
    who: Who,
    reason: str = "",
    expect: int | None = None,
    key: str | None = None,
) -> Outcome:
    """Point from this case to another, in a word of the office's choice."""

    def do(scene: Scene) -> Written:
        case = scene.case
        who_for = may_add(scene, who)
        if not (kind.isidentifier() or kind.replace("-", "_").isidentifier()) or len(kind) > 40:
            raise Usage("{kind} is not a word for a link.", hint=N_("Use letters and hyphens."), kind=repr(kind))
        if kind == OPENED_BY:
            raise Usage(
                "{kind} says which case opened this one: the engine alone does.",
                hint=N_("Use another word."),
                kind=kind,
            )
        fields.kept(tx, "ref", {"type": "ref"}, other)
        if other == ref or tx.one(sql.REF_KNOWN, ref=other) is None:
            raise Usage("A case is linked to another case.", where="REF2")
        if tx.one(sql.LINK_KNOWN, case_id=case.id, kind=kind, ref=other):
            raise Conflict("{ref} is already linked so to {other}.", ref=ref, other=other)
        tx.put(sql.LINK_NEW, case_id=case.id, kind=kind, ref=other)
        data = {"kind": kind, "ref": other, "version": case.version + 1}
        return case.write(tx, "case.linked", who_for, data=data, private=_why(reason))

    return small(tx, "link", [ref, kind, other, who.actor, *_why(reason).values()], ref, do, expect=expect, key=key)


def attach(
    tx: Tx, ref: str, file: Incoming, *, who: Who, reason: str = "", expect: int | None = None, key: str | None = None
) -> Outcome:
    """Add a file to a case that is still open."""

    def do(scene: Scene) -> Written:
        refuse_closed(scene.case)
        return _attach(scene, [file], may_add(scene, who), reason)

    asked = [ref, file.name, file.sha256, who.actor, *_why(reason).values()]
    return small(tx, "attach", asked, ref, do, expect=expect, key=key)


def _why(reason: str) -> dict[str, str]:
    """A reason is kept beside the event; without one nothing is, and the digest of a key is what it was before."""
    return {"reason": reason} if reason else {}


def attach_for_duty(tx: Tx, case: Case, files: Sequence[Incoming], *, who: Who) -> Written:
    """Add the files of something that counts towards the duty of a locked case; who may is that duty's question."""
    scene = Scene(tx, case)
    refuse_closed(case)
    written = _attach(scene, files, who)
    case.version += 1
    save(scene)
    return written


def _attach(scene: Scene, files: Sequence[Incoming], who: Who, reason: str = "") -> Written:
    case, tx = scene.case, scene.tx
    number = tx.one(sql.FILE_COUNT, id=case.id)
    first = (number[0] if number else 0) + 1
    private: dict[str, Any] = {
        f"file/{no}": {"name": file.name, "sha256": file.sha256, "size": file.size}
        for no, file in enumerate(files, first)
    }
    private |= _why(reason)
    written = case.write(tx, "case.attached", who, data={"version": case.version + 1}, private=private)
    keep_files(tx, case, files, first, written)
    return written


def small(
    tx: Tx,
    verb: str,
    asked: list[Any],
    ref: str,
    do: Callable[[Scene], Written],
    *,
    expect: int | None,
    key: str | None,
    counts: bool = True,
) -> Outcome:
    """What the small doors share: key, lock, version, save. A remark does not count as an act (``counts``)."""
    if seen := receipts.answer(tx, key, verb, asked):
        return seen
    case = cases.by_ref(tx, ref)
    expect_version(case, expect)
    scene = Scene(tx, case)
    written = do(scene)
    case.version += counts
    save(scene)
    outcome = Outcome(ref, case.version, case.state, case.state, written)
    receipts.keep(tx, key, verb, asked, outcome)
    return outcome
