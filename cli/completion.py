"""`completion`: the script that lets a shell complete commands, case types, numbers and actions."""

from cli import render
from cli.base import arg, choices, command
from cli.session import Session
from cli.texts import N_

SHELLS = ("bash", "zsh", "fish")


@command(
    N_('Print the completion script for a shell, for example: eval "$(duecourse completion bash)".'),
    arg("shell", type=choices(SHELLS)),
)
def completion(session: Session, shell: str) -> None:
    """The script asks the program itself, so it never grows old."""
    from click.shell_completion import get_completion_class

    from cli.main import COMPLETE, root

    kind = get_completion_class(shell)
    assert kind is not None, shell  # noqa: S101  # SHELLS are those click knows
    script = kind(root, {}, "duecourse", COMPLETE).source()
    render.text(session, {"schema": 1, "shell": shell, "script": script}, script)
