"""`do REF ACTION`: act on a case. The actions and their options come from the version the case is pinned to."""

from collections.abc import Mapping
from typing import Any

import click

from cli.acts import change, take_in
from cli.base import Command, Group, complete_file, opt
from cli.forms import field_options, given, pinned_or_refused, spoken
from cli.session import Session
from cli.texts import N_
from states.errors import Problem


class Cases(Group):
    """The cases, each a group of its actions."""

    def known(self, ctx: click.Context) -> list[tuple[str, str]]:
        """The open cases that are due first; for completion."""
        from workflow import agenda

        session: Session = ctx.obj
        try:
            with session.read() as tx:
                return [(row["ref"], row["title"]) for row in agenda.case_list(tx, open=True, limit=100)["rows"]]
        except Problem:
            return []

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        from workflow import policies

        session: Session = ctx.obj
        try:
            with session.read() as tx:
                found = pinned_or_refused(tx, cmd_name)
                return Actions(cmd_name, policies.definition_by_hash(tx, found.definition), found.state)
        except Problem:
            if ctx.resilient_parsing:
                return None
            raise

    def format_commands(self, _ctx: click.Context, _formatter: click.HelpFormatter) -> None:
        """Help does not list the cases; `case list` does."""


class Actions(Group):
    """The actions of one case, as commands."""

    def __init__(self, ref: str, definition: Mapping[str, Any], state: str) -> None:
        super().__init__(ref, {}, help=N_("Act on a case."), subcommand_metavar="ACTION [OPTIONS]", changes=True)
        self.definition = definition
        self.state = state

    def known(self, _ctx: click.Context) -> list[tuple[str, str]]:
        """The actions that lead on from where the case stands."""
        return [
            (name, spoken(action["title"], name))
            for name, action in self.definition["actions"].items()
            if self.state in action["from"]
        ]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        action = self.definition["actions"].get(cmd_name)
        if action is not None:
            return acting(self.name or "", cmd_name, action, self.definition)
        if ctx.resilient_parsing:
            return None
        from states.guards import Facts, refusal

        problem = refusal(self.definition, cmd_name, Facts(self.state))
        assert problem is not None, cmd_name  # noqa: S101  # an unknown action is always refused
        raise problem


def acting(ref: str, name: str, action: Mapping[str, Any], definition: Mapping[str, Any]) -> Command:
    """The command that does this action on this case."""

    def act(session: Session, file: tuple[str, ...], **values: Any) -> None:
        from workflow import engine

        evidence = take_in(session, file)
        change(
            session,
            "case.acted",
            lambda tx, who: engine.act(tx, ref, name, who=who, given=given(values), files=evidence, **session.facts()),
        )

    wanted = N_("A file as evidence. Repeatable.") if action["files"] else N_("A file. Repeatable.")
    return Command(
        name,
        callback=act,
        params=[
            *field_options(definition, [*action["needs"], *action["takes"]], action["needs"]),
            opt("--file", metavar="PATH", multiple=True, shell_complete=complete_file, help=wanted),
        ],
        help=spoken(action["title"], name),
        changes=True,
    )


do = Cases("do", {}, help=N_("Act on a case."), subcommand_metavar="REF ACTION [OPTIONS]", changes=True)
