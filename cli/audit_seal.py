"""`audit seal`, `checkpoint`, `recover`: the sealed tree and its signed heads."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from cli import render
from cli.base import TSA_ROOTS, command, complete_file, opt
from cli.keys import checkpoint_file, keys, write
from cli.session import Session
from cli.texts import N_, _
from cli.views import stamped
from states.errors import Invalid, NotNow, Usage

if TYPE_CHECKING:
    from workflow.signer import Keys
    from workflow.store import Tx
    from workflow.trail import Who


@command(N_("Seal everything that waits, and sign the tree. `run` does it every minute."))
def seal(session: Session) -> None:
    """Where no key was ever used, one is made."""
    from jobs import seal as job

    place = _with_key(session)
    done = job.run_once(session.store, place)
    data = {"schema": 1, **done._asdict()}

    def human() -> list[str]:
        lines = [_("{events} events sealed, {size} in all.").format(**data)]
        if not done.signed and done.size:
            lines.append(_("Not signed: the key of the log is not on this host."))
        return lines

    render.changed(session, data, human)


def _with_key(session: Session) -> "Keys | None":
    """The keys; made where the log was never signed and has none: a workspace from before, or a demo."""
    from workflow import seal as sealing
    from workflow import signer

    place = keys(session)
    if place is not None and not place.exist():
        with session.read() as tx:
            first = sealing.signed(tx).size == 0
        if first:
            signer.make(place, session.store.workspace.origin)
    return place


@command(
    N_("Print the newest signed checkpoint, to be kept outside: by an auditor, a witness, in a mailbox, on paper."),
    opt("-o", "--output", metavar="FILE", shell_complete=complete_file, help=N_("Write it to a file.")),
    opt("--from", "since", metavar="SIZE", help=N_("With the proof from this size, for a witness that has seen it.")),
    opt("--public-key", is_flag=True, help=N_("Print the public key of the log instead.")),
    opt("--publish", is_flag=True, help=N_("Give it to every place the settings publish.* name; on record.")),
    opt("--mail", metavar="ADDRESS", multiple=True, help=N_("Send it to this address; repeatable; on record.")),
    opt(
        "--stamp",
        metavar="URL|COMMAND",
        help=N_("Ask this time stamp authority (RFC 3161) about it, and keep its answer; on record."),
    ),
    TSA_ROOTS,
)
def checkpoint(
    session: Session,
    *,
    output: str | None,
    since: str | None,
    public_key: bool,
    publish: bool,
    mail: tuple[str, ...],
    stamp: str | None,
    tsa_roots: str | None,
) -> None:
    """NotNow before the first checkpoint."""
    text, data = _public_key(session) if public_key else _checkpoint(session, _size(since))
    if publish or mail or stamp:
        data["published"] = _publish(session, publish, mail, stamp)
    answer = None if public_key else _stamps(session, data, tsa_roots)
    if output is None:
        render.text(session, data, text)
        return
    write(output, text)
    if answer is not None:
        Path(f"{output}.tsr").write_bytes(answer)
    render.changed(session, data, lambda: [_("Written to {path}.").format(path=output)])


def _stamps(session: Session, data: dict[str, Any], tsa_roots: str | None) -> bytes | None:
    """Tell who stamped this checkpoint and when; the newest answer, as it came."""
    from workflow.sql import publish as sql

    with session.read() as tx:
        if not tx.all(sql.STAMPS):
            return None
        from cli.outlets import roots
        from workflow import stamps, verify_stamps

        if not stamps.installed():
            return None
        kept = verify_stamps.of_size(tx, data["size"], data["note"], roots(session, tsa_roots))
    data["stamps"] = [stamp._asdict() for stamp, _ in kept]
    for stamp, _answer in kept:
        render.note(session, stamped(stamp._asdict()))
    return kept[-1][1] if kept else None


def _publish(session: Session, everywhere: bool, addresses: tuple[str, ...], authority: str | None) -> dict[str, Any]:
    """Give it away now; for those who may take out what is kept. The first outlet that does not take it is raised."""
    from cli.outlets import mail_outlet, outlets, stamp_outlet
    from jobs import publish
    from workflow import lookup

    ways = list(outlets(session)) if everywhere else []
    if everywhere and not ways:
        raise Invalid("No place is set up for checkpoints.", hint=N_("Set publish.file, publish.mail or another."))
    if addresses:
        ways.append(mail_outlet(session, ",".join(addresses)))
    if authority:
        ways.append(stamp_outlet(session, authority))
    with session.read() as tx:
        who = session.looking(tx)
        lookup.permit(tx, who)
    done = publish.now(session.store, ways, who)
    for name in done.taken:
        render.note(
            session, _("The checkpoint over {size} events was given to: {place}.").format(size=done.size, place=name)
        )
    for problem in done.problems.values():
        raise problem
    return {name: render.receipt(written) for name, written in done.taken.items()}


def _size(since: str | None) -> int:
    if since is None:
        return 0
    if not (since.isascii() and since.isdigit() and len(since) < 16):
        raise Usage("{size} is not a number of events.", where="--from", size=repr(since))
    return int(since)


def _checkpoint(session: Session, since: int) -> tuple[str, dict[str, Any]]:
    from base64 import b64encode

    from workflow import seal as sealing

    with session.read() as tx:
        head = sealing.signed(tx)
        if head.note is None:
            raise NotNow(
                "There is no checkpoint yet.",
                hint=N_("`duecourse audit seal` seals what waits and signs it; `duecourse run` does it every minute."),
            )
        if since > head.size:
            raise Usage(
                "The newest checkpoint is over {size} events, not {since}.",
                where="--from",
                size=head.size,
                since=since,
            )
        text = head.note
        if since:
            path = sealing.tree(tx, head.size).consistency(since)
            text = "\n".join([f"old {since}", *(b64encode(step).decode() for step in path)]) + f"\n\n{text}"
    origin = head.note.partition("\n")[0]
    data = {"schema": 1, "origin": origin, "size": head.size, "root": head.root, "at": head.at, "note": head.note}
    return text, data


def _public_key(session: Session) -> tuple[str, dict[str, Any]]:
    from workflow.verify_tree import Log

    with session.read() as tx:
        origin = tx.workspace.origin
        mine = [key for key in Log(tx).keys.values() if key.name == origin]
    if not mine:
        raise NotNow("This log has no key yet.", hint=N_("`duecourse audit seal` makes one and signs with it."))
    return f"{mine[-1]}\n", {"schema": 1, "origin": origin, "key": str(mine[-1])}


@command(
    N_("After a restore from a backup: go on under a new name, and say on record what was lost."),
    opt(
        "--checkpoint",
        metavar="FILE",
        shell_complete=complete_file,
        help=N_("The newest checkpoint anybody holds, where the key does not remember it."),
    ),
    changes=True,
)
def recover(session: Session, checkpoint: str | None) -> None:
    """For the administrator, with a reason. The public key changes its name; auditors and witnesses must be told."""
    from workflow import receipts, signer
    from workflow import recover as recovery
    from workflow.epochs import following
    from workflow.notes import Checkpoint

    place = keys(session)
    named = Checkpoint.read(checkpoint_file(checkpoint).text) if checkpoint else None

    def do(tx: "Tx", who: "Who") -> dict[str, Any]:
        origin, last, key = tx.workspace.origin, named, None
        if place is not None and place.exist():
            last = last or signer.last(place, origin)
            key = str(signer.load(place, following(origin)).verifier)
        written = recovery.recover(tx, who, last, reason=session.reason, key=key)
        return {
            "origin": following(origin),
            "follows": None if last is None else last._asdict(),
            "key": key,
            "event": render.receipt(written),
        }

    def work(tx: "Tx") -> tuple[dict[str, Any], bool]:
        who = session.administering(tx)
        asked = [named and named._asdict(), who.actor, session.reason]
        return receipts.told(tx, session.key, "audit recover", asked, lambda: do(tx, who))

    done, again = session.change(work, alone=True)
    data = {"schema": 1, **done, "again": again}

    def human() -> list[str]:
        lines = [_("The log is now called {origin}.").format(**data)]
        if data["key"]:
            lines.append(_("Its public key: {key}").format(key=data["key"]))
        return [*lines, render.receipt_of("log", data["event"])]

    render.changed(session, data, human)
