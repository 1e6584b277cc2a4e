"""`new TYPE`: open a case. Its types, and the options of each, come from the policy in force."""

from typing import Any

import click

from cli.acts import change
from cli.base import Command, Group, opt
from cli.forms import field_options, given, spoken
from cli.session import Session
from cli.texts import N_
from states.errors import Problem


class Types(Group):
    """The case types in force, as commands."""

    def known(self, ctx: click.Context) -> list[tuple[str, str]]:
        from workflow import policies

        session: Session = ctx.obj
        try:
            with session.read() as tx:
                return [(name, spoken(found["title"], name)) for name, found in policies.types(tx).items()]
        except Problem:
            return []  # help and completion work without a workspace too

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        from workflow import policies

        session: Session = ctx.obj
        try:
            with session.read() as tx:
                return opening(policies.definition(tx, cmd_name))
        except Problem:
            if ctx.resilient_parsing:
                return None
            raise


def opening(definition: dict[str, Any]) -> Command:
    """The command that opens a case of this type."""
    fields = definition["fields"]
    names = [name for name, spec in fields.items() if spec["open"]]

    def open_(session: Session, unit: str, title: str, owner: str | None, **values: Any) -> None:
        from workflow import engine
        from workflow.identity import person_id

        change(
            session,
            "case.opened",
            lambda tx, who: engine.open_case(
                tx,
                definition["case"],
                unit=unit,
                title=title,
                given=given(values),
                who=who,
                owner=person_id(tx, owner) if owner else None,
                **session.facts(),
            ),
        )

    return Command(
        definition["case"],
        callback=open_,
        params=[
            opt("--unit", metavar="UNIT", required=True, help=N_("The unit the case belongs to.")),
            opt("--title", metavar="TEXT", required=True, help=N_("What it is about, in one line.")),
            opt("--owner", metavar="LOGIN", help=N_("Who owns it; you, if nobody is named.")),
            *field_options(definition, names, [name for name in names if fields[name]["required"]]),
        ],
        help=spoken(definition["title"], definition["case"]),
        changes=True,
    )


new = Types("new", {}, help=N_("Open a case."), subcommand_metavar="TYPE [OPTIONS]", changes=True)
