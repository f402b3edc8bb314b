"""What holds for the forms of all pages."""

import re
from pathlib import Path

import pytest

from pulse.config import ROOT

TEMPLATES = ROOT / "templates"
PAGES = [path for path in TEMPLATES.rglob("*.html") if "admin" not in path.parts]  # those need no script
FORM = re.compile(r"<form\b([^>]*)>(.*?)</form>", re.DOTALL)
WAITING = re.compile(r'\{\{ submit\(|<button[^>]*type="submit"[^>]* disabled>')


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(TEMPLATES)))
def test_no_form_can_be_sent_before_its_script_is_there(path: Path) -> None:
    """See `submit` in parts.html. What is made by a script, from a template element, has its script."""
    text = re.sub(r"<template\b.*?</template>", "", path.read_text(), flags=re.DOTALL)
    for attributes, content in FORM.findall(text):
        if 'method="dialog"' in attributes or path.name == "dashboard.html":  # its filters are its query
            continue
        assert 'method="post"' in attributes, "nothing that people type may get into an address"
        assert WAITING.search(content)
