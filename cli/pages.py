"""Blocks as pages for somebody without the program: Markdown, or HTML that loads nothing from anywhere."""

import re
from collections.abc import Iterable
from html import escape

from cli.render import Block

Section = tuple[str, str, list[Block]]  # (language code, heading, blocks)

_SIGNS = re.compile(r"([\\`*_\[\]<>|#~&])")
_STYLE = """body{font:16px/1.5 system-ui,sans-serif;max-width:72rem;margin:2rem auto;padding:0 1rem;color:#222}
table{border-collapse:collapse;width:100%;font-size:.9rem}th,td{border:1px solid #ccc;padding:.25rem .5rem;
text-align:left;vertical-align:top;overflow-wrap:anywhere}th{background:#f3f3f3}section+section{margin-top:4rem}"""


def markdown(sections: Iterable[Section]) -> bytes:
    """The sections one after the other."""
    lines: list[str] = []
    for _code, heading, blocks in sections:
        lines += [f"# {_plain(heading)}", ""]
        for block in blocks:
            if block.lines:
                lines += [*([f"## {_plain(block.title)}", ""] if block.title else []), *_marked(block), ""]
    return ("\n".join(lines).rstrip() + "\n").encode()


def html(sections: list[Section]) -> bytes:
    """The same as one page."""
    parts = [
        "<!doctype html>",
        f'<html lang="{_tag(sections[0][0])}"><head><meta charset="utf-8">',
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">",
        f"<title>{escape(sections[0][1])}</title><style>{_STYLE}</style></head><body>",
    ]
    for code, heading, blocks in sections:
        parts.append(f'<section lang="{_tag(code)}"><h1>{escape(heading)}</h1>')
        for block in blocks:
            if block.lines:
                parts += [*([f"<h2>{escape(block.title)}</h2>"] if block.title else []), *_table(block)]
        parts.append("</section>")
    return ("\n".join([*parts, "</body></html>"]) + "\n").encode()


def _plain(text: str) -> str:
    """The text so that Markdown shows it and obeys none of it."""
    return _SIGNS.sub(r"\\\1", text)


def _marked(block: Block) -> list[str]:
    if block.heads:
        rows = [block.heads, ["---"] * len(block.heads), *([_plain(cell) for cell in line] for line in block.lines)]
        return [f"| {' | '.join(row)} |" for row in rows]
    return [f"- {_plain(line[0])}" + (f": {_plain(' · '.join(line[1:]))}" if line[1:] else "") for line in block.lines]


def _table(block: Block) -> list[str]:
    def row(cells: Iterable[str], tag: str) -> str:
        return "<tr>" + "".join(f"<{tag}>{escape(cell)}</{tag}>" for cell in cells) + "</tr>"

    heads = [row(block.heads, "th")] if block.heads else []
    return ["<table>", *heads, *(row(line, "td") for line in block.lines), "</table>"]


def _tag(code: str) -> str:
    return code.replace("_", "-")
