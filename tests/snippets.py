"""Snippets of the documents, to be pasted as they stand."""

import re
from pathlib import Path


def snippet(document: Path, language: str, containing: str) -> str:
    """The one code block of that language which contains that text."""
    found = [text for text in re.findall(rf"```{language}\n(.*?)```", document.read_text(), re.S) if containing in text]
    assert len(found) == 1, f"{document.name}: {len(found)} {language} snippets contain {containing!r}"
    return found[0]


def dead_links(document: Path) -> list[str]:
    """Links to files that are not there."""
    targets = re.findall(r"\]\(([^)#:]+)\)", document.read_text())
    return [target for target in targets if not (document.parent / target).exists()]
