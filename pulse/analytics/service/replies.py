"""How long replies will take: the estimator learns from what was written, bit by bit, in the worker."""

from datetime import timedelta

from sqlalchemy import delete

from pulse.analytics import queries
from pulse.analytics.models import ReplyKind, ReplyModel
from pulse.analytics.prediction import VERSION, Predictor
from pulse.core import clock
from pulse.core.database import LOCK, insert
from pulse.core.estimates import Source
from pulse.core.events import transaction

SETTLES = timedelta(seconds=5)  # a message may be committed after one with a higher id
AT_ONCE = 500  # messages or answers in one transaction

_READ = {ReplyKind.CHAT: queries.chat_replies, ReplyKind.DESK: queries.desk_replies}


def learn_replies() -> None:
    """Learn from all messages and answers since the last time. Each costs the same, whatever came before."""
    for kind in ReplyKind:
        while _learn_some(kind):
            pass


def _learn_some(kind: ReplyKind) -> bool:
    """Learn from the next messages or answers; whether there were any."""
    with transaction() as session:
        fresh = {
            "kind": kind,
            "scope": Source.EVERYONE,
            "key": queries.EVERYONE,
            "state": {},
            "learned_until": 0,
        }
        session.execute(insert(session, ReplyModel).values(**fresh).on_conflict_do_nothing())
        everyone = session.get_one(
            ReplyModel, (kind, Source.EVERYONE, queries.EVERYONE), with_for_update=LOCK
        )
        if everyone.state.get("version") != VERSION:  # new, or of another estimator: from the beginning
            is_other = ReplyModel.kind == kind, ReplyModel.scope != Source.EVERYONE
            session.execute(delete(ReplyModel).where(*is_other))
            everyone.state, everyone.learned_until = Predictor().state(), 0
        found, until = _READ[kind](everyone.learned_until, clock.now() - SETTLES, AT_ONCE)
        if until == everyone.learned_until:
            return False
        people = {int(reply.responder) for reply in found}
        groups = {int(reply.group) for reply in found if reply.group is not None}
        predictor = queries.predictor(everyone, people, groups)
        for reply in found:
            predictor.learn(reply)
        state = predictor.state()
        for scope, name in ((Source.PERSON, "people"), (Source.GROUP, "groups")):
            for key, part in state.pop(name).items():
                session.merge(
                    ReplyModel(kind=kind, scope=scope, key=int(key), state=part, learned_until=until)
                )
        everyone.state, everyone.learned_until = state, until
    return True


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
