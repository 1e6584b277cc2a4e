"""Papers in Word: a draft put into an office's own template, or into a plain one that is built here.

The only importer of docxtpl, python-docx and Jinja; all of them come with the extra `dossier`. A template is a text of
the user's, so it is filled in a sandbox. The same facts give the same bytes.
"""

import io
import zipfile
from collections.abc import Mapping
from typing import Any

from cli.inputs import content
from cli.texts import N_
from states.errors import Invalid

_FIXED = (1980, 1, 1, 0, 0, 0)


def fill(template: str | None, context: Mapping[str, Any]) -> bytes:
    """A .docx with the values of the context in the places of the template; Invalid where that cannot be.

    A template says ``{{ title }}``, ``{{ unit }}``, ``{{ window }}``, and, in paragraphs of their own,
    ``{%p for section in sections %}``, ``{{ section.title }}``, ``{%p for line in section.lines %}``, ``{{ line }}``.
    """
    try:
        from docxtpl import DocxTemplate
        from jinja2 import StrictUndefined, TemplateError
        from jinja2.sandbox import SandboxedEnvironment
    except ImportError as error:
        raise _missing() from error
    source: Any = io.BytesIO(plain()) if template is None else io.BytesIO(content(template))
    filled = io.BytesIO()
    try:
        paper = DocxTemplate(source)
        paper.render(dict(context), jinja_env=SandboxedEnvironment(autoescape=True, undefined=StrictUndefined))
        paper.save(filled)
    except (TemplateError, zipfile.BadZipFile, KeyError, ValueError) as error:
        raise Invalid(
            "{path} cannot be filled: {why}.",
            hint=N_("Look at its places; docs/assessment.md lists the words they may use."),
            path=template or "template",
            why=" ".join(str(error).split()).rstrip(".") or type(error).__name__,
        ) from error
    return _timeless(filled.getvalue())


def blank() -> bytes:
    """The plain template as a file, for an office to make its own of: the same bytes each time."""
    try:
        return _timeless(plain())
    except ImportError as error:
        raise _missing() from error


def _missing() -> Invalid:
    return Invalid(
        "The library {library} is not installed.",
        hint=N_("Install duecourse with its extra `dossier`."),
        library="docxtpl",
    )


def plain() -> bytes:
    """The template that serves where the office has none: a title, and headings with lines."""
    from docx import Document

    paper = Document()
    paper.core_properties.author = ""
    paper.core_properties.comments = ""
    paper.add_heading("{{ title }}", level=0)
    paper.add_paragraph("{%p for section in sections %}")
    paper.add_heading("{{ section.title }}", level=1)
    paper.add_paragraph("{%p for line in section.lines %}")
    paper.add_paragraph("{{ line }}", style="List Bullet")
    paper.add_paragraph("{%p endfor %}")
    paper.add_paragraph("{%p endfor %}")
    made = io.BytesIO()
    paper.save(made)
    return made.getvalue()


def _timeless(content: bytes) -> bytes:
    """The same archive with one fixed time on every entry, in order of name."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        for name in sorted(old.namelist()):
            new.writestr(zipfile.ZipInfo(name, _FIXED), old.read(name), zipfile.ZIP_DEFLATED)
    return made.getvalue()
