"""Many small pieces of work in few commits; a piece that fails harms no other."""

from collections.abc import Callable, Sequence
from typing import Generic, NamedTuple, TypeVar

from states.errors import Outside
from workflow.store import Store, Tx

ITEM = TypeVar("ITEM")
DONE = TypeVar("DONE")

CHUNK = 100  # pieces one commit holds when there is a backlog
CALM = 10  # up to so many, each piece has a commit of its own

Stopping = Callable[[], bool]


def never() -> bool:
    """Nobody asks to stop."""
    return False


class Outcome(NamedTuple, Generic[ITEM, DONE]):
    """What was done, and the pieces that failed with what they raised."""

    done: list[DONE]
    failed: list[tuple[ITEM, Exception]]


def in_batches(
    store: Store,
    items: Sequence[ITEM],
    work: Callable[[Tx, ITEM], Sequence[DONE]],
    *,
    most: int = CHUNK,
    stopping: Stopping = never,
) -> Outcome[ITEM, DONE]:
    """Do every piece, ``most`` to a commit when there are many.

    When a commit of many fails, nothing of it is kept and its pieces are done one by one: so the one that fails is
    known, and what shared the commit with it is not lost. Raises Outside where the database does not answer.
    """
    outcome: Outcome[ITEM, DONE] = Outcome([], [])
    size = most if len(items) > CALM else 1
    for start in range(0, len(items), size):
        if stopping():
            break
        chunk = items[start : start + size]
        try:
            outcome.done.extend(_together(store, chunk, work))
        except Outside:
            raise
        except Exception as problem:  # noqa: BLE001  # whatever it was is put on record, and the others go on
            if len(chunk) == 1:
                outcome.failed.append((chunk[0], problem))
            else:
                _one_by_one(store, chunk, work, outcome, stopping)
    return outcome


def _together(store: Store, chunk: Sequence[ITEM], work: Callable[[Tx, ITEM], Sequence[DONE]]) -> list[DONE]:
    return store.transact(lambda tx: [done for item in chunk for done in work(tx, item)])


def _one_by_one(
    store: Store,
    chunk: Sequence[ITEM],
    work: Callable[[Tx, ITEM], Sequence[DONE]],
    outcome: Outcome[ITEM, DONE],
    stopping: Stopping,
) -> None:
    for item in chunk:
        if stopping():
            return
        try:
            outcome.done.extend(_together(store, [item], work))
        except Outside:
            raise
        except Exception as problem:  # noqa: BLE001  # as above
            outcome.failed.append((item, problem))


def sentence(problem: Exception) -> str:
    """What went wrong, for the record: of our own problems the sentence, of others the kind too."""
    from states.errors import Problem

    text = str(problem) if isinstance(problem, Problem) else f"{type(problem).__name__}: {problem}"
    return " ".join(text.split())[:500]
