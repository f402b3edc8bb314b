"""How long replies will take: the estimator learns from what was written, bit by bit, in the worker."""

from datetime import timedelta
from math import inf
from time import monotonic
from typing import Any

from sqlalchemy import delete

from pulse.analytics import queries
from pulse.analytics.models import ReplyKind, ReplyModel
from pulse.analytics.prediction import Predictor
from pulse.core import clock
from pulse.core.database import LOCK, insert
from pulse.core.estimates import Source
from pulse.core.events import transaction

SETTLES = timedelta(seconds=5)  # a message may be committed after one with a higher id
AT_ONCE = 200  # messages or answers in one transaction

_READ = {ReplyKind.CHAT: queries.chat_replies, ReplyKind.DESK: queries.desk_replies}


def learn_replies(within: float = inf) -> None:
    """Learn from the messages and answers since the last time, for so many seconds; the rest is for the next
    time. Each costs the same, whatever came before."""
    end = monotonic() + within
    for kind in ReplyKind:
        while monotonic() < end and _learn_some(kind):
            pass


def _learn_some(kind: ReplyKind) -> bool:
    """Learn from the next messages or answers; whether there were any. Others may write meanwhile."""
    everyone = queries.learned(kind)
    since = everyone.learned_until if everyone else 0
    found, until = _READ[kind](since, clock.now() - SETTLES, AT_ONCE)
    if until == since:
        return False
    people = {int(reply.responder) for reply in found}
    groups = {int(reply.group) for reply in found if reply.group is not None}
    predictor = queries.predictor(everyone, people, groups) if everyone else Predictor()
    for reply in found:
        predictor.learn(reply)
    _keep(kind, since, until, predictor.state())
    return True


def _keep(kind: ReplyKind, since: int, until: int, state: dict[str, Any]) -> None:
    """Write what was learned, unless another worker has been faster."""
    first = {"kind": kind, "scope": Source.EVERYONE, "key": queries.EVERYONE, "state": {}, "learned_until": 0}
    parts = {Source.PERSON: state.pop("people"), Source.GROUP: state.pop("groups")}
    with transaction() as session:
        session.execute(insert(session, ReplyModel).values(first).on_conflict_do_nothing())
        everyone = session.get_one(
            ReplyModel,
            (kind, Source.EVERYONE, queries.EVERYONE),
            with_for_update=LOCK,
            populate_existing=True,
        )
        if since == 0:  # what was learned by another estimator goes
            session.execute(delete(ReplyModel).where(ReplyModel.kind == kind, ReplyModel.scope.in_(parts)))
        elif everyone.learned_until != since:
            return
        for scope, known in parts.items():
            for key, part in known.items():
                session.merge(ReplyModel(kind=kind, scope=scope, key=int(key), state=part))
        everyone.state, everyone.learned_until = state, until


def relearn_replies() -> None:
    """Forget what was learned, and learn it again from all that is kept."""
    with transaction() as session:
        session.execute(delete(ReplyModel))
    learn_replies()


def forget_replies_of(user_id: int) -> None:
    """Forget what was learned of one person; what it has taught about everyone stays."""
    with transaction() as session:
        is_theirs = ReplyModel.scope == Source.PERSON, ReplyModel.key == user_id
        session.execute(delete(ReplyModel).where(*is_theirs))
