"""The log of requests as processes write it: soon, and when they are asked to end."""

import signal

from sqlalchemy import text

from pulse.extensions import db
from tests.conftest import Live
from tests.support.servers import wait_until


def count(live: Live) -> int:
    with live.app.app_context():
        query = "SELECT count(*) FROM request_log WHERE path = '/api/profile/'"
        return int(db.session.scalar(text(query)) or 0)


def test_lines_are_written_soon_and_before_a_process_ends(live: Live) -> None:
    live.create_user("ann")
    web = live.webs[0]
    token = web.sign_in("ann")["access_token"]
    for _ in range(20):
        assert web.call("GET", "/api/profile/", token=token)[0] == 200
    wait_until(lambda: count(live) == 20)
    for number, kind in enumerate((signal.SIGTERM, signal.SIGINT), start=1):
        for _ in range(20):
            assert web.call("GET", "/api/profile/", token=token)[0] == 200
        web.stop(kind)
        assert web.popen
        assert web.popen.returncode == -kind
        assert count(live) == 20 + 20 * number
        web.start()
