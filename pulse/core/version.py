"""The version of Pulse, which stands in `pyproject.toml` only."""

import tomllib

from pulse.config import ROOT

VERSION: str = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
