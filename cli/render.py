"""The only place that prints data. One dict goes in; the form asked for decides what comes out.

json and ndjson print what the contract names; table and plain print the same rows for people, aligned or with tabs;
csv is RFC 4180, and no cell can be taken for a formula.
"""

import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from cli.session import Session
from cli.texts import _
from cli.width import clean, one_line, pad, width

Row = Mapping[str, Any]
Cell = Callable[[Row], str]
# (key of the row, heading as a source text, how the cell reads; None: the value itself)
Column = tuple[str, str, Cell | None]

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class Block:
    """A part of what people read: a tag for programs, a heading, and lines of cells.

    ``spare``, where it is not None: on a narrow terminal these columns may be left out, and every cell may be cut.
    """

    __slots__ = ("heads", "lines", "spare", "tag", "title")

    def __init__(self, tag: str, title: str, lines: Iterable[Sequence[str]], heads: Sequence[str] = ()) -> None:
        self.tag = tag
        self.title = title
        self.lines = [[one_line(cell) for cell in line] for line in lines]
        self.heads = list(heads)
        self.spare: Sequence[int] | None = None


def listing(session: Session, data: Mapping[str, Any], columns: Sequence[Column], *, empty: str = "") -> None:
    """Print ``{schema, rows, next, …}``; `empty` is said on stderr where there is nothing to show."""
    rows: Sequence[Row] = data["rows"]
    style = session.style()
    if style == "json":
        _json(session, data)
    elif style == "ndjson":
        _ndjson(rows)
    elif style == "csv":
        _csv(rows, list(rows[0]) if rows else [key for key, _head, _cell in columns])
    elif not session.quiet:
        lines = [[_cell(row, column) for column in columns] for row in rows]
        if rows:
            _block(Block("", "", lines, [_(head) for _key, head, _cell in columns]), style)
        if style == "table":
            if not rows and empty:
                note(session, empty)
            if data.get("next"):
                note(session, _("There is more: --after {token}").format(token=data["next"]))


def one(session: Session, data: Mapping[str, Any], human: Callable[[], Iterable[Block]]) -> None:
    """Print one object; `human` makes what people read of it, only when they are the ones to read it."""
    style = session.style()
    if style == "json":
        _json(session, data)
    elif style == "ndjson":
        _ndjson([_warned(session, data)])
    elif style == "csv":
        _csv([data], list(data))
    elif not session.quiet:
        blocks = [block for block in human() if block.lines]
        for place, block in enumerate(blocks):
            if place and style == "table":
                _out("\n")
            _block(block, style, tagged=len(blocks) > 1)


def changed(session: Session, data: Mapping[str, Any], human: Callable[[], Iterable[str]]) -> None:
    """Print what a change did: the object for programs, a few sentences for people."""
    if session.dry_run:
        data = {**data, "dry_run": True}
    style = session.style()
    if style == "json":
        _json(session, data)
    elif style == "ndjson":
        _ndjson([_warned(session, data)])
    elif style == "csv":
        _csv([data], list(data))
    elif not session.quiet:
        for line in human():
            _out(one_line(line) + "\n")
    if session.dry_run:
        note(session, _("Dry run: everything above was taken back, nothing is recorded."))


def text(session: Session, data: Mapping[str, Any], plain: str) -> None:
    """Print a text as it is (a policy, a graph, a script); for programs the object that holds it."""
    if session.style() in ("json", "ndjson"):
        _json(session, data)
    else:
        _out(clean(plain) if plain.endswith("\n") else clean(plain) + "\n")


def note(session: Session, message: str) -> None:
    """Tell a person something beside the data, on stderr."""
    if not session.quiet:
        sys.stderr.write(clean(message) + "\n")


def receipt(event: Any) -> dict[str, Any]:
    """What `new` and `do` answer about the event they wrote."""
    return {"id": event.id, "hash": event.hash, "n": event.n}


def receipt_line(event: Any) -> str:
    """The receipt a person may keep: stream, number, hash."""
    return receipt_of(event.stream, receipt(event))


def receipt_of(stream: str, event: Mapping[str, Any]) -> str:
    """The same of an event as programs were told of it."""
    return _("Receipt: {stream}/{n} {hash}").format(stream=stream, n=event["n"], hash=event["hash"])


def day_time(at: str | None) -> str:
    """An RFC 3339 instant as people read it: its day, and its minute unless the day ends with it."""
    if not at:
        return ""
    if at[11:19] == "23:59:59":
        return at[:10]
    return f"{at[:10]} {at[11:16]}"


def title_of(row: Row) -> str:
    """The title of a case; no title is so short unless it was erased."""
    return row["title"] or _("(erased)")


def names(of: Iterable[Any] | None) -> str:
    """Several names in one cell; of a holder the person."""
    return ", ".join(str(item["person"]) if isinstance(item, dict) else str(item) for item in of or ())


def _cell(row: Row, column: Column) -> str:
    key, _head, cell = column
    return cell(row) if cell else shown(row.get(key))


def shown(value: Any) -> str:
    """A value as people read it in a cell."""
    match value:
        case None:
            return ""
        case bool():
            return _("yes") if value else _("no")
        case str():
            return value
        case list() | tuple():
            return names(value)
        case {"erased": True}:
            return _("(erased)")
        case {"withheld": True}:
            return _("(withheld)")
        case dict():
            return ", ".join(f"{key} {shown(item)}" for key, item in value.items() if item is not None)
    return str(value)


def _block(block: Block, style: str, *, tagged: bool = False) -> None:
    if style == "plain":
        front = f"{block.tag}\t" if tagged and block.tag else ""
        _out("".join(front + "\t".join(line) + "\n" for line in block.lines))
        return
    if block.title:
        _out(one_line(block.title) + "\n")
    lines = [block.heads, *block.lines] if block.heads else block.lines
    indent = "  " if block.title else ""
    columns = max(len(line) for line in lines)
    if block.spare is not None and columns > 1:
        lines = _in_view(lines, block.spare, len(indent))
        columns = max(len(line) for line in lines)
    widths = [max((width(line[at]) for line in lines if at < len(line)), default=0) for at in range(columns)]
    for line in lines:
        _out((indent + "  ".join(pad(cell, widths[at]) for at, cell in enumerate(line))).rstrip() + "\n")


def _in_view(lines: list[list[str]], spare: Sequence[int], indent: int) -> list[list[str]]:
    from cli.fitting import fitted, room  # a terminal only

    broad = room()
    return lines if broad is None else fitted(lines, spare, broad - indent)


def _json(session: Session, data: Mapping[str, Any]) -> None:
    import json

    data = _warned(session, data)
    _out(json.dumps(data, ensure_ascii=False, indent=2 if sys.stdout.isatty() else None) + "\n")


def _warned(session: Session, data: Mapping[str, Any]) -> Mapping[str, Any]:
    """With what the look at this user's receipts found, if anything: a program reads it where it reads the answer."""
    warned = session.receipts and session.receipts.warned
    if not warned:
        return data
    from cli.errors import warning

    session.warned = True
    return {**data, "warning": warning(warned)}


def _ndjson(rows: Iterable[Row]) -> None:
    import json

    encode = json.JSONEncoder(ensure_ascii=False).encode
    _out("".join(encode({"schema": 1, **row}) + "\n" for row in rows))


def _csv(rows: Sequence[Row], keys: Sequence[str]) -> None:
    import csv

    writer = csv.writer(sys.stdout, lineterminator="\r\n")
    writer.writerow(keys)
    writer.writerows([csv_cell(row.get(key)) for key in keys] for row in rows)


def csv_cell(value: Any) -> str:
    """A value for a spreadsheet: nothing it would compute, nothing it would obey."""
    import json

    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return f"'{clean(text)}" if text.startswith(_FORMULA) else clean(text)


def _out(text: str) -> None:
    sys.stdout.write(text)
