"""The sweep: what time alone changes, and who was here when Redis lost its data."""

import structlog

from pulse.accounts.models import User
from pulse.core import clock
from pulse.extensions import db
from pulse.presence import live, queries
from pulse.presence.service.deciding import settle

log = structlog.get_logger(__name__)

BATCHES = 40  # of each kind of work in one sweep, a few seconds; the next one goes on


def sweep() -> int:
    """Find what time alone has changed, tell and note it; returns how many users were looked at."""
    now = clock.milliseconds()
    _restore()
    for process, lapsed in live.lapsed_leases(now).items():
        log.warning("web process is gone, its sockets count as closed", process=process)
        while live.close_sockets_of(process, lapsed) == live.BATCH:
            pass
    looked_at = 0
    for _ in range(BATCHES):
        timers = live.due(now)
        if not timers:
            break
        found = queries.states(timers)
        for user_id in timers.keys() - found.keys():
            live.forget_timers(timers[user_id])
        settle(found.values())
        looked_at += len(timers)
    return looked_at


def _restore() -> None:
    """If Redis had lost everything, bring back whoever was not offline, until their clients beat again.

    In order of user ids, a batch at a time, each noted in Redis: a sweep goes on where another one stopped.
    """
    epoch, reached = live.restored()
    for _ in range(BATCHES):
        if reached == live.ALL:
            return
        ids = queries.present_ids(int(reached), live.BATCH)
        live.load(queries.copies(User.id.in_(ids)), queries.ghosts_last())
        db.session.rollback()  # the next batch reads what is true by then
        then = str(ids[-1]) if len(ids) == live.BATCH else live.ALL
        log.warning("redis had lost presence", brought_back=len(ids), reached=then)
        epoch, reached = live.restored(epoch, reached, then)
