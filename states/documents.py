"""The source files of a policy: read each, and lay new ones over those already in force."""

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from states.errors import N_, Failed, Invalid, NotFound
from states.loader import Flaw, Place, load
from states.schema import CASE, PART, POLICY
from states.sheet import Sheet


@dataclass(slots=True)
class Document:
    """One file as read: ``kind`` is policy, case or part; ``sheet`` knows its flaws and places."""

    file: str
    text: str
    kind: str
    data: dict[str, Any]
    sheet: Sheet
    in_force: bool = False  # it was in force before, and stays so under what is laid over it

    @property
    def flaws(self) -> list[Flaw]:
        return self.sheet.flaws


def read_sources(path: str | Path) -> dict[str, str]:
    """File name -> text, for a file or for all ``*.yaml`` and ``*.yml`` of a folder; raises NotFound."""
    where = Path(path)
    if where.is_dir():
        files = sorted(entry for entry in where.iterdir() if entry.suffix in {".yaml", ".yml"} and entry.is_file())
        if not files:
            raise NotFound(
                "There is no *.yaml file in {path}.", hint=N_("Name a policy file or its folder."), path=path
            )
    else:
        files = [where]
    found = {}
    for file in files:
        try:
            found[file.name] = file.read_text(encoding="utf-8")
        except (FileNotFoundError, NotADirectoryError) as error:
            raise NotFound(
                "There is no file {path}.",
                hint=N_("Name a policy file, its folder, or a pack that is shipped (see: policy packs)."),
                path=file,
            ) from error
        except OSError as error:
            raise Failed("{path} cannot be read: {why}.", path=file, why=error.strerror or str(error)) from error
        except UnicodeDecodeError as error:
            raise Invalid("{path} is not UTF-8 text.", hint=N_("Save the file as UTF-8."), path=file) from error
    return found


def read(file: str, text: str) -> Document:
    """One source text as a document; whatever is wrong with it is in its flaws."""
    root, flaws = load(file, text)
    if root is None:
        sheet = Sheet(Place(file, 1, 1))
        sheet.flaws.extend(flaws)
        return Document(file, text, "part", {}, sheet)
    sheet = Sheet(root.place)
    sheet.flaws.extend(flaws)
    if "policy" in root.entries and "case" in root.entries:
        sheet.places[("case",)] = root.keys["case"]
        sheet.flaw(("case",), "two-documents", N_("One file is either the policy or one case type; split it in two."))
        return Document(file, text, "policy", {}, sheet)
    kind = "policy" if "policy" in root.entries else "case" if "case" in root.entries else _guess(list(root.entries))
    shape = {"policy": POLICY, "case": CASE, "part": PART}[kind]
    return Document(file, text, kind, shape(sheet, root, ()), sheet)


def lay_over(new: list[Document], base: Mapping[str, Any] | None) -> list[Document]:
    """The documents in force once these are applied: a policy replaces all, anything else what has its name."""
    if base is None or any(document.kind == "policy" for document in new):
        return new
    files = {document.file for document in new}
    cases = {document.data.get("case") for document in new if document.kind == "case"}
    kept = []
    for file, text in base["sources"].items():
        old = read(file, text)
        if (old.kind == "case" and old.data.get("case") in cases) or (old.kind == "part" and old.file in files):
            continue
        if old.file in files:  # another document of the same file name: both stay in force
            old = read(_free(file, files | set(base["sources"])), text)
        old.in_force = True
        kept.append(old)
    return kept + new


def _guess(keys: list[str]) -> str:
    """What a file without `policy:` and `case:` means to be, so that its other keys are judged rightly."""
    if get_close_matches("case", keys, cutoff=0.7) or {"states", "actions", "clocks"} & set(keys):
        return "case"
    return "policy" if get_close_matches("policy", keys, cutoff=0.7) else "part"


def _free(file: str, taken: set[str]) -> str:
    stem, dot, ending = file.rpartition(".")
    number = 2
    while (name := f"{stem or ending}-{number}{dot}{ending if stem else ''}") in taken:
        number += 1
    return name
