"""The packs that come with the program: policies in files, ready to be applied or copied."""

from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

from states.documents import read, read_sources
from states.errors import N_, NotFound

__all__ = ["is_pack", "pack_sources", "packs", "sources_of"]


def packs() -> list[dict[str, Any]]:
    """`{name, title: {en, zh}, types: [names], files: [names]}` of each shipped pack, in order of name."""
    rows = []
    for folder in _folders():
        documents = [read(file, text) for file, text in pack_sources(folder.name).items()]
        head = next(document.data for document in documents if document.kind == "policy")
        rows.append(
            {
                "name": folder.name,
                "title": head["title"],
                "types": [document.data["case"] for document in documents if document.kind == "case"],
                "files": [document.file for document in documents],
            }
        )
    return rows


def is_pack(name: str) -> bool:
    """Whether a pack of this name is shipped."""
    return any(folder.name == name for folder in _folders())


def pack_sources(name: str) -> dict[str, str]:
    """File name -> text of a shipped pack, ready for `compile_policy`; raises NotFound."""
    for folder in _folders():
        if folder.name == name:
            found = sorted((entry for entry in folder.iterdir() if entry.name.endswith(".yaml")), key=lambda e: e.name)
            return {entry.name: entry.read_text(encoding="utf-8") for entry in found}
    raise NotFound(
        "There is no pack {name}.",
        hint=N_("Shipped are: {packs}."),
        name=name,
        packs=", ".join(folder.name for folder in _folders()),
    )


def sources_of(path_or_pack: str) -> dict[str, str]:
    """The texts of a shipped pack, or of a file or folder (a name with a dot or slash is never a pack)."""
    return pack_sources(path_or_pack) if is_pack(path_or_pack) else read_sources(path_or_pack)


def _folders() -> list[Traversable]:
    shelf = files("states").joinpath("packs")
    return sorted((entry for entry in shelf.iterdir() if entry.joinpath("policy.yaml").is_file()), key=lambda e: e.name)
