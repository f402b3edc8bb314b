"""What lines say, and which messages share one."""

from datetime import UTC, datetime, timedelta

import pytest

from pulse.activity import rules
from pulse.activity.rules import ActivityType

NOON = datetime(2026, 9, 21, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("kind", "count", "says"),
    [
        (ActivityType.MESSAGE_SENT, 1, "Ann sent a message in #general"),
        (ActivityType.MESSAGE_SENT, 3, "Ann sent 3 messages in #general"),
        (ActivityType.MEMBER_INVITED, 1, "Ann invited somebody"),
        (ActivityType.MEMBER_INVITED, 12, "Ann invited 12 people"),
        (ActivityType.CHANNEL_RENAMED, 1, "Ann renamed a channel to #general"),
        (ActivityType.MEMBER_LEFT, 1, "Ann left the workspace"),
        (ActivityType.MEMBER_REMOVED, 1, "Ann removed somebody from the workspace"),
    ],
)
def test_summaries(kind: ActivityType, count: int, says: str) -> None:
    assert rules.summary(kind, "Ann", "#general", count) == says


@pytest.mark.parametrize("kind", ActivityType)
def test_every_type_has_one_whatever_people_call_things(kind: ActivityType) -> None:
    assert rules.summary(kind, "Ann {count}", "#{0}{subject}", 1).startswith("Ann {count} ")
    assert rules.summary(kind, "", "#x", 2).startswith("Somebody ")


def test_messages_of_one_person_in_one_channel_share_ten_minutes() -> None:
    key = rules.message_key(1, 7, NOON)
    assert rules.message_key(1, 7, NOON + timedelta(minutes=9, seconds=59)) == key
    others = {
        rules.message_key(1, 7, NOON + timedelta(minutes=10)),
        rules.message_key(1, 7, NOON - timedelta(seconds=1)),
        rules.message_key(2, 7, NOON),
        rules.message_key(1, 8, NOON),
        rules.message_key(1, None, NOON),
        rules.invitation_key(1, 7, NOON),
    }
    assert key not in others
    assert len(others) == 6
