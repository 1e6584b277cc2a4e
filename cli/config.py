"""`config`: where the value of a setting comes from."""

from cli import render
from cli.base import arg, command
from cli.session import Session
from cli.settings import KEYS, Source, check_key, environment_name
from cli.texts import N_, _


@command(
    N_("Tell where the value of a setting comes from: flag, environment, workspace, user or system file, default."),
    arg("key", help=N_("The setting, for example db or mail.smtp.")),
)
def explain(session: Session, key: str) -> None:
    """The winning source first, then every other place that says something."""
    settings = session.settings
    check_key(key)
    if key == "home":
        said = [Source("folder", settings.home, {"home": settings.home})] if settings.home else []
        found = [source for source in (settings.flags, settings.environ) if key in source.values] or said
    else:
        found = [source for source in settings.sources() if key in source.values]
    rows = [{"source": source.name, "where": _where(source, key), "value": source.values[key]} for source in found]
    winner = rows[0] if rows else {"source": "none", "where": "", "value": None}
    data = {"schema": 1, "key": key, **winner, "tried": rows}

    def human() -> list[render.Block]:
        lines = [[render.shown(row["value"]), _(_SOURCES[row["source"]]), row["where"]] for row in rows]
        about = _(KEYS[key][1])
        heads = [_("Value"), _("Source"), _("Where")]
        return [render.Block("", f"{key}: {about}", lines or [["-", _(_SOURCES["none"]), ""]], heads)]

    render.one(session, data, human)


_SOURCES = {
    "flag": N_("the command line"),
    "environment": N_("the environment"),
    "workspace": N_("the workspace's file"),
    "user": N_("your own file"),
    "system": N_("the system's file"),
    "default": N_("the default"),
    "folder": N_("the folder you are in"),
    "none": N_("not set anywhere"),
}


def _where(source: Source, key: str) -> str:
    if source.name == "environment":
        return environment_name(key)
    return f"--{key}" if source.name == "flag" else source.where
