"""`.env.example` lists every setting with its default."""

import re

from pulse.config import ROOT, Settings


def test_the_example_lists_every_setting_with_its_default():
    lines = re.findall(r"^#([A-Z0-9_]+)=(.*)$", (ROOT / ".env.example").read_text(), re.MULTILINE)
    listed = {name.lower(): value for name, value in lines}
    assert list(listed) == [name.lower() for name, _ in lines]
    assert sorted(listed) == sorted(Settings.model_fields)
    filled = {name: value for name, value in listed.items() if value}
    read = Settings.model_validate(filled).model_dump()
    defaults = {name: field.get_default() for name, field in Settings.model_fields.items()}
    assert {name: read[name] for name in defaults} == defaults | {"instance_path": ROOT / "instance"}
