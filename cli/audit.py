"""`audit`: the trail."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import click

from cli import render
from cli.base import AFTER, LIMIT, REASON, TSA_ROOTS, command, complete_file, opt
from cli.errors import EXIT_CODES
from cli.session import Session
from cli.texts import N_, _
from cli.typed import moment_in
from cli.views import EVENT_COLUMNS, stamped
from states.errors import Integrity, Usage

if TYPE_CHECKING:
    from workflow.outside import Kept
    from workflow.store import Tx


@command(
    N_("List events of the trail, in order."),
    opt("--case", metavar="REF", help=N_("Only events of this case.")),
    opt("--stream", metavar="NAME", help=N_("Only this stream: a case, org, policy, calendar, duty/CODE/UNIT, log.")),
    opt(
        "--actor",
        metavar="LOGIN",
        help=N_("Only what this person did; of somebody else for some roles, with a reason, on record."),
    ),
    opt("--kind", metavar="KIND", help=N_("Only this kind, for example case.acted, or clock for all of a kind.")),
    opt("--unit", metavar="UNIT", help=N_("Only events around this unit.")),
    opt("--rule", metavar="RULE", help=N_("Only what followed this rule.")),
    opt("--since", metavar="T", help=N_("From this instant or day on.")),
    opt("--until", metavar="T", help=N_("Before this instant or day.")),
    opt(
        "--text",
        metavar="WORDS",
        help=N_("Only events with all these words in what people wrote; for some roles, with a reason, on record."),
    ),
    REASON,
    LIMIT,
    AFTER,
)
def log(
    session: Session,
    *,
    case: str | None,
    stream: str | None,
    actor: str | None,
    kind: str | None,
    unit: str | None,
    rule: str | None,
    since: str | None,
    until: str | None,
    text: str | None,
    limit: int,
    after: str | None,
) -> None:
    """One row per event."""
    from workflow import audit

    if text is not None or actor is not None:
        _on_record(session, actor, text)
    with session.read() as tx:
        found = audit.log(
            tx,
            case=case,
            stream=stream,
            actor=actor,
            kind=kind,
            unit=unit,
            rule=rule,
            since=moment_in(tx, since, "--since"),
            until=moment_in(tx, until, "--until"),
            text=text,
            limit=limit,
            after=after,
        )
    render.listing(session, found, EVENT_COLUMNS, empty=_("No event is like that."))


def _on_record(session: Session, actor: str | None, text: str | None) -> None:
    """A search in texts, and a look-up of what somebody else did, need a role and a reason, and are on record first."""
    from workflow import lookup
    from workflow.audit import actor_id
    from workflow.store import Tx

    def work(tx: Tx) -> None:
        person = actor_id(tx, actor) if actor is not None else None
        who = session.looking(tx)
        if text is not None:
            lookup.search(tx, who, text, reason=session.reason)
        if person is not None and person not in who.persons:
            lookup.actor(tx, who, person, reason=session.reason)

    session.change(work)


@command(
    N_("Check that the trail is whole and unchanged."),
    opt("--replay", is_flag=True, help=N_("Also decide every act again and compare what stands in the tables.")),
    opt(
        "--since",
        metavar="CHECKPOINT",
        shell_complete=complete_file,
        help=N_("Also show that the trail extends the checkpoint in this file, which you have kept."),
    ),
    opt("--log", "log_key", metavar="KEY", help=N_("The public key of the log as you know it, or its file.")),
    opt("--witness", "witnesses", metavar="KEY", multiple=True, help=N_("A witness you trust; repeatable.")),
    opt("--signatures", is_flag=True, help=N_("Also check the signatures that persons gave.")),
    opt(
        "--files/--no-files",
        default=None,
        help=N_("Read every file of the evidence, whether it is what was given; done unless it is told not to."),
    ),
    TSA_ROOTS,
    opt(
        "--processes",
        type=click.IntRange(min=1),
        metavar="N",
        help=N_("How many processes share a long trail; default: as many as there are processors, 8 at most."),
    ),
    opt(
        "--dossier",
        metavar="FILE",
        shell_complete=complete_file,
        help=N_("Check a dossier instead; no workspace needed."),
    ),
)
def verify(
    session: Session,
    *,
    replay: bool,
    since: str | None,
    log_key: str | None,
    witnesses: tuple[str, ...],
    signatures: bool,
    files: bool | None,
    processes: int | None,
    tsa_roots: str | None,
    dossier: str | None,
) -> int:
    """Exit 7 where something does not match."""
    if dossier is not None:
        asked = {"--replay": replay, "--signatures": signatures, "--since": since, "--processes": processes}
        asked |= {"--files": files is not None, "--tsa-roots": tsa_roots}
        return _verify_dossier(
            session, dossier, _keys(log_key, witnesses), [name for name, said in asked.items() if said]
        )
    from workflow.verify import verify as check
    from workflow.verify_crew import reading

    kept = _kept(since, log_key, witnesses)
    with reading(session.store, processes=processes) as (tx, crew):
        found = check(tx, replay=replay, kept=kept, crew=crew)
        if signatures:
            from workflow.verify_signatures import with_signatures

            found = with_signatures(tx, found)
        if files or (files is None and session.settings.home is not None):
            from pathlib import Path

            from workflow.verify_files import with_files

            found = with_files(tx, found, Path(session.settings.files_home()))
        found = _with_stamps(session, tx, found, tsa_roots)
    whole = _("The trail is whole and unchanged.") if found["ok"] else _("The trail does NOT match.")
    return _verdict(session, found, whole, {**_SHOWN, found["shown"]: _said(found)})


def _with_stamps(session: Session, tx: "Tx", found: dict[str, Any], path: str | None) -> dict[str, Any]:
    """What time stamps are kept, and whether they hold."""
    from workflow.sql import publish as sql

    if not tx.all(sql.STAMPS):
        return found
    from cli.outlets import roots
    from workflow.verify_stamps import with_stamps

    return with_stamps(tx, found, roots(session, path))


def _stamps(told: dict[str, Any]) -> str:
    """Of the stamps: how many hold, and the newest."""
    newest = told["newest"]
    if newest is None:
        return _("{of} time stamps are kept; none was looked into.").format(**told)

    said = _("{checked} of {of} time stamps checked; the newest is of the checkpoint over {size} events.")
    return f"{said.format(size=newest['size'], **told)} {stamped(newest)}"


def _kept(since: str | None, key: str | None, witnesses: tuple[str, ...]) -> "Kept | None":
    """What the asker keeps outside."""
    if since is None and key is None and not witnesses:
        return None
    from cli.keys import checkpoint_file

    if witnesses and since is None:
        raise Usage(
            "Witnesses cosign a checkpoint: name the one you keep.", hint=N_("Add --since FILE."), where="--witness"
        )
    return _keys(key, witnesses)._replace(note=checkpoint_file(since) if since is not None else None)


def _keys(key: str | None, witnesses: tuple[str, ...]) -> "Kept":
    """The keys that the asker knows."""
    from cli.keys import public_key
    from workflow.notes import LOG, WITNESS
    from workflow.outside import Kept

    return Kept(
        key=public_key(key, "--log", LOG) if key is not None else None,
        witnesses=[public_key(witness, "--witness", WITNESS) for witness in witnesses],
    )


def _said(found: dict[str, Any]) -> str:
    """Which of the three things was shown, of which checkpoint."""
    since = found.get("since")
    if since is None or found["shown"] == "self":
        return _SHOWN["self"]
    said = _("Shown: the trail extends the checkpoint over {size} events, signed with {key}.").format(**since)
    if found["shown"] == "witnessed":
        names = ", ".join(f"{one['name']} ({one['at'][:16].replace('T', ' ')} UTC)" for one in since["witnessed"])
        count = len(since["witnessed"])
        said += " " + _("It was witnessed by {count} of {of}: {names}.").format(
            count=count, of=since["of"], names=names
        )
    return said


def _verify_dossier(session: Session, path: str, kept: "Kept", asked: list[str]) -> int:
    """``asked``: options that say nothing about a dossier."""
    from workflow.dossier_check import check

    if asked:
        raise Usage(
            "{option} needs a workspace; a dossier is checked alone.",
            hint=N_("Leave out {option}."),
            where=asked[0],
            option=asked[0],
        )
    found = check(path, kept)
    whole = _("The dossier is whole and unchanged.") if found["ok"] else _("The dossier does NOT match.")
    said = _("Shown: the dossier is consistent with itself.")
    if found["shown"] != "self":
        said = _("Shown: {sealed} of its {events} events are sealed.").format(**found) + " " + _said(found)
    return _verdict(session, found, whole, {found["shown"]: said})


def _verdict(session: Session, found: dict[str, Any], verdict: str, shown: Mapping[str, str]) -> int:
    """Print what was checked and found; answers the exit code."""

    def human() -> list[render.Block]:
        counts = _("{events} events in {streams} streams, {cases} cases").format(**found)
        if "signatures" in found:
            counts = _("{counts}; {signatures} signatures").format(counts=counts, signatures=found["signatures"])
        if "files" in found:
            counts = _("{counts}; {files} files").format(counts=counts, files=found["files"])
        stamps = [[_stamps(found["stamps"])]] if "stamps" in found else []
        said = [[_(shown[found["shown"]])]] if found["ok"] else []
        problems = [[one["stream"] or "", str(one["n"] or ""), one["what"]] for one in found["problems"]]
        return [
            render.Block("verdict", "", [[verdict], [counts], *stamps, *said]),
            render.Block("problem", _("Problems"), problems, [_("Stream"), _("No."), _("What")]),
        ]

    render.one(session, found, human)
    return 0 if found["ok"] else EXIT_CODES[Integrity]


_SHOWN = {
    "self": N_("Shown: the trail is consistent with itself."),
    "extends": N_("Shown: the trail extends the checkpoint."),
    "witnessed": N_("Shown: the trail was witnessed."),
}
