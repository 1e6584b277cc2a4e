"""`audit`: the trail."""

from collections.abc import Mapping
from typing import Any

from cli import render
from cli.base import command, complete_file, opt
from cli.case import AFTER, LIMIT
from cli.errors import EXIT_CODES
from cli.session import Session
from cli.texts import N_, _
from cli.typed import moment_in
from cli.views import EVENT_COLUMNS
from states.errors import Integrity, Usage


@command(
    N_("List events of the trail, in order."),
    opt("--case", metavar="REF", help=N_("Only events of this case.")),
    opt("--stream", metavar="NAME", help=N_("Only this stream: a case, org, policy, calendar, duty/CODE/UNIT, log.")),
    opt("--actor", metavar="LOGIN", help=N_("Only what this person did.")),
    opt("--kind", metavar="KIND", help=N_("Only this kind, for example case.acted, or clock for all of a kind.")),
    opt("--unit", metavar="UNIT", help=N_("Only events around this unit.")),
    opt("--rule", metavar="RULE", help=N_("Only what followed this rule.")),
    opt("--since", metavar="T", help=N_("From this instant or day on.")),
    opt("--until", metavar="T", help=N_("Before this instant or day.")),
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
    limit: int,
    after: str | None,
) -> None:
    """One row per event."""
    from workflow import audit

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
            limit=limit,
            after=after,
        )
    render.listing(session, found, EVENT_COLUMNS, empty=_("No event is like that."))


@command(
    N_("Check that the trail is whole and unchanged."),
    opt("--replay", is_flag=True, help=N_("Also decide every act again and compare what stands in the tables.")),
    opt(
        "--dossier",
        metavar="FILE",
        shell_complete=complete_file,
        help=N_("Check a dossier instead; no workspace needed."),
    ),
)
def verify(session: Session, replay: bool, dossier: str | None) -> int:
    """Exit 7 where something does not match."""
    if dossier is not None:
        return _verify_dossier(session, dossier, replay)
    from workflow.verify import verify as check

    with session.read() as tx:
        found = check(tx, replay=replay)
    whole = _("The trail is whole and unchanged.") if found["ok"] else _("The trail does NOT match.")
    return _verdict(session, found, whole, _SHOWN)


def _verify_dossier(session: Session, path: str, replay: bool) -> int:
    from workflow.dossier_check import check

    if replay:
        raise Usage("A dossier has no tables to replay.", hint=N_("Leave out --replay."), where="--replay")
    found = check(path)
    whole = _("The dossier is whole and unchanged.") if found["ok"] else _("The dossier does NOT match.")
    return _verdict(session, found, whole, {**_SHOWN, "self": N_("Shown: the dossier is consistent with itself.")})


def _verdict(session: Session, found: dict[str, Any], verdict: str, shown: Mapping[str, str]) -> int:
    """Print what was checked and found; answers the exit code."""

    def human() -> list[render.Block]:
        counts = _("{events} events in {streams} streams, {cases} cases").format(**found)
        problems = [[one["stream"] or "", str(one["n"] or ""), one["what"]] for one in found["problems"]]
        return [
            render.Block("verdict", "", [[verdict], [counts], *([[_(shown[found["shown"]])]] if found["ok"] else [])]),
            render.Block("problem", _("Problems"), problems, [_("Stream"), _("No."), _("What")]),
        ]

    render.one(session, found, human)
    return 0 if found["ok"] else EXIT_CODES[Integrity]


_SHOWN = {
    "self": N_("Shown: the trail is consistent with itself."),
    "extends": N_("Shown: the trail extends the checkpoint."),
    "witnessed": N_("Shown: the trail was witnessed."),
}
