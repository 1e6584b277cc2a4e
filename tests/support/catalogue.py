"""The catalogue of translations: what the program says, read from its source, beside what zh_CN has for it.

``python tests/support/catalogue.py`` brings cli/locale up to date (`make i18n`): new sentences come in empty, ones
that are gone go, and the compiled file is written anew.
"""

from __future__ import annotations

import ast
import io
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import click
from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).parents[2]
PACKAGES = ("states", "workflow", "jobs", "cli")
PO = ROOT / "cli" / "locale" / "zh_CN" / "LC_MESSAGES" / "duecourse.po"
MO = PO.with_suffix(".mo")

# The first argument of each is a source text; of those in PLURALS the first two.
SAID = {"_", "N_", "say", "Problem", "Failed", "Usage", "NotFound", "NotPermitted", "NotNow", "Conflict", "Integrity"}
SAID |= {"Invalid", "Outside", "Standing", "_Wrong", "gettext"}
PLURALS = {"plural", "ngettext"}

# click marks these where no reader of its source can find them.
CLICKS_HIDDEN = ("required",)
# Words for writers of programs with click, never said by ours.
NOT_OURS = re.compile(r"defined twice|DeprecationWarning|Unknown color|Invalid start character|Windows error|Prompt")

Id = str | tuple[str, str]


def extracted() -> Catalog:
    """Every sentence of the four packages and of click, each once."""
    found = Catalog(project="duecourse", charset="utf-8")
    for folder in (*(ROOT / package for package in PACKAGES), Path(click.__file__).parent):
        for path in sorted(folder.rglob("*.py")):
            for id_ in said(ast.parse(path.read_text(encoding="utf-8"))):
                if not NOT_OURS.search(id_ if isinstance(id_, str) else id_[0]):
                    found.add(id_)
    for text in CLICKS_HIDDEN:
        found.add(text)
    return found


def said(tree: ast.Module) -> Iterator[Id]:
    """The source texts in one module: literals handed to whoever says or raises them."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        count = 1 if name in SAID else 2 if name in PLURALS else 0
        texts = [word.value for word in node.args[:count] if isinstance(word, ast.Constant)]
        if count and len(texts) == count and all(isinstance(text, str) and text for text in texts):
            yield texts[0] if count == 1 else (texts[0], texts[1])


def translated() -> Catalog:
    """What zh_CN has."""
    if not PO.exists():
        return Catalog(locale="zh_CN", project="duecourse", charset="utf-8")
    with PO.open("rb") as file:
        return read_po(file, locale="zh_CN")


def merged(source: Catalog, known: Catalog) -> Catalog:
    """The sentences of the source in order, each with the translation known for it, if any."""
    fresh = Catalog(locale="zh_CN", project="duecourse", charset="utf-8", fuzzy=False)
    old: dict[Id, Message] = {message.id: message for message in known if message.id}
    for message in sorted((message for message in source if message.id), key=lambda message: str(message.id)):
        before = old.get(message.id)
        fresh.add(message.id, before.string if before else None)
    return fresh


def compiled(catalog: Catalog) -> bytes:
    """The binary catalogue; its header holds no time of its own, so that the same text gives the same bytes."""
    catalog.creation_date = catalog.revision_date = datetime(2026, 1, 1, tzinfo=UTC)
    out = io.BytesIO()
    write_mo(out, catalog)
    return out.getvalue()


def po_text(catalog: Catalog) -> str:
    """The text catalogue, without dates and places: it changes only when a sentence does."""
    out = io.BytesIO()
    write_po(out, catalog, width=110, no_location=True, omit_header=True, sort_output=False)
    return HEADER + out.getvalue().decode("utf-8")


HEADER = """# Simplified Chinese for duecourse and for the words of click.
msgid ""
msgstr ""
"Project-Id-Version: duecourse\\n"
"Language: zh_CN\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: nplurals=1; plural=0;\\n"

"""


def missing(catalog: Catalog) -> list[Id]:
    """The sentences without a translation."""
    return [message.id for message in catalog if message.id and not _has(message)]


def _has(message: Message) -> bool:
    strings = message.string if isinstance(message.string, tuple | list) else [message.string]
    return all(strings)


def main() -> None:
    PO.parent.mkdir(parents=True, exist_ok=True)
    catalog = merged(extracted(), translated())
    PO.write_text(po_text(catalog), encoding="utf-8")
    MO.write_bytes(compiled(translated()))
    left = missing(catalog)
    print(f"{PO.relative_to(ROOT)}: {len(catalog)} sentences, {len(left)} to translate")


if __name__ == "__main__":
    main()
