"""The browser tests' Chromium: the machine's own, else Playwright's. Run as a script, it installs one."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Error, sync_playwright

# The shell draws the same pages, without the windows around them, in half the time.
NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PLAYWRIGHT = [sys.executable, "-m", "playwright"]
DEBIAN = ["chromium-headless-shell", "libatomic1"]
MACOS = (
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
)


def executable() -> str | None:
    """The machine's own Chromium or Chrome, or None for Playwright's; for `launch(executable_path=...)`."""
    found = (shutil.which(name) for name in NAMES)
    return next((path for path in found if path), next((path for path in MACOS if Path(path).exists()), None))


def starts() -> bool:
    """Whether the browser tests would get a browser. Playwright's own Node.js may be what does not start."""
    if subprocess.run([*PLAYWRIGHT, "--version"], check=False, capture_output=True).returncode:
        return False
    with sync_playwright() as playwright:
        try:
            playwright.chromium.launch(executable_path=executable()).close()
        except Error:
            return False
    return True


def ensure() -> None:
    """Install a Chromium if there is none. Raises SystemExit with a sentence if none can be had."""
    steps: list[Callable[[], None]] = [_from_playwright, _from_debian]
    while not starts():
        if not steps:
            raise SystemExit(
                f"The browser tests need Chromium. Please install it (Debian: {' '.join(DEBIAN)})."
            )
        steps.pop(0)()


def _from_playwright() -> None:
    subprocess.run([*PLAYWRIGHT, "install", "chromium"], check=False)


def _from_debian() -> None:
    if os.geteuid() == 0 and shutil.which("apt-get"):
        subprocess.run(["apt-get", "update", "-q"], check=False)
        subprocess.run(["apt-get", "install", "-q", "-y", "--no-install-recommends", *DEBIAN], check=False)


if __name__ == "__main__":
    ensure()
