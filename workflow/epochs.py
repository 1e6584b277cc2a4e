"""What a log is called after it was recovered from a backup: the same name with the number of the epoch behind it."""

MARK = "/epoch-"


def beginning(origin: str) -> str:
    """The name the log had when it was created."""
    name, mark, number = origin.rpartition(MARK)
    return name if mark and number.isdigit() else origin


def number(origin: str) -> int:
    """Which epoch; the first is 1."""
    name = beginning(origin)
    return 1 if name == origin else int(origin.removeprefix(name + MARK))


def following(origin: str) -> str:
    """The name of the next epoch."""
    return f"{beginning(origin)}{MARK}{number(origin) + 1}"


def may_hold(origin: str, log: str) -> bool:
    """Whether a tree of this origin may hold events of that log: of its own and earlier epochs."""
    return beginning(origin) == beginning(log) and number(log) <= number(origin)
