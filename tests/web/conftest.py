"""Fixtures: browsers on running processes. All tests share these, and each makes people of its own."""

import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from pulse.core.permissions import Role
from pulse.launcher.embedded import free_port
from tests.conftest import Live, pulse_processes
from tests.support.browser import Visitor, chromium
from tests.web.shop import Shop, open_shop, serving

_numbers = count(1)


@dataclass(frozen=True)
class Account:
    id: int
    username: str
    email: str


@pytest.fixture(scope="session")
def own_page(folder: Path) -> Iterator[str]:
    """The address of somebody's own pages, which may use Pulse (CORS_ORIGINS)."""
    place = folder / "own-page"
    place.mkdir()
    (place / "index.html").write_text("<!doctype html><title>My own page</title>")
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(SimpleHTTPRequestHandler, directory=place))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()


@pytest.fixture(scope="session")
def live(folder: Path, own_page: str) -> Iterator[Live]:
    """The processes, with the local mailbox that `make run` has, too."""
    maildir, port = folder / "mailbox", free_port()
    handler = ["-c", "aiosmtpd.handlers.Mailbox", str(maildir)]
    mailbox = subprocess.Popen([sys.executable, "-m", "aiosmtpd", "-n", "-l", f"127.0.0.1:{port}", *handler])
    try:
        options = {"MAILBOX_PATH": str(maildir), "CORS_ORIGINS": own_page}
        with pulse_processes(port, **options, WEBHOOK_ALLOWED_NETWORKS="127.0.0.0/8") as found:
            yield found
    finally:
        mailbox.kill()
        mailbox.wait()


@pytest.fixture
def account(live: Live) -> Callable[..., Account]:
    """Make a user, called `name` and a number, who shows presence to everyone."""

    def make(name: str, role: Role = Role.USER, **options: Any) -> Account:
        username = f"{name}{next(_numbers)}"
        return Account(live.create_user(username, role, **options), username, f"{username}@example.org")

    return make


@pytest.fixture(scope="module")  # two of Playwright's at once would be in each other's way
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture
def visitor(live: Live, browser: Browser) -> Iterator[Callable[..., Visitor]]:
    """Make a browser profile, signed in as `who` if given. No console may complain by the end."""
    made: list[Visitor] = []

    def make(who: Account | None = None, **options: Any) -> Visitor:
        guest = Visitor(browser.new_context(**{"base_url": live.url, **options}))
        made.append(guest)
        if who:
            guest.sign_in(who.username)
        return guest

    yield make
    for guest in made:
        guest.context.close()
    assert [complaint for guest in made for complaint in guest.complaints] == []


@pytest.fixture
def shop(live: Live) -> Iterator[Shop]:
    """Somebody's own site with the widget on it."""
    with serving() as site:
        yield open_shop(live, site, live.url)
