"""Every word a person reads is there in both languages, and the compiled catalogue is that of the text."""

from __future__ import annotations

import re

from support.catalogue import MO, PO, compiled, extracted, merged, missing, po_text, translated


def test_every_sentence_has_its_chinese() -> None:
    """Nothing the program or click says is left in English."""
    assert missing(merged(extracted(), translated())) == []


def test_the_catalogue_holds_no_sentence_that_is_gone() -> None:
    """The text catalogue is exactly the source's sentences in order; `make i18n` writes it."""
    assert PO.read_text(encoding="utf-8") == po_text(merged(extracted(), translated()))


def test_the_compiled_catalogue_is_that_of_the_text() -> None:
    """What is loaded at run time was compiled from what translators read."""
    assert MO.read_bytes() == compiled(translated())


def test_a_translation_names_the_same_places() -> None:
    """Each {place} of a sentence stands in its translation too, so that nothing a reader needs is lost."""
    for message in translated():
        if not message.id:
            continue
        source = message.id if isinstance(message.id, str) else message.id[1]
        strings = [message.string] if isinstance(message.string, str) else list(message.string)
        for text in filter(None, strings):
            assert _places(text) == _places(source), source


def _places(text: str) -> set[str]:
    return set(re.findall(r"\{(\w+)[^}]*\}|%\((\w+)\)s", text)) if text else set()
