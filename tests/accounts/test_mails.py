"""Mails that cannot be delivered are tried again, unless the refusal is for good."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from flask import Flask
from sqlalchemy import select

from pulse.core.outbox import Outbox, run
from pulse.extensions import db
from pulse.launcher.embedded import free_port

NEW = {"username": "new", "email": "new@example.org", "password": "a long password"}


class Refusing:
    """A mail server that refuses in words of its choice, at one of two moments."""

    def __init__(self) -> None:
        self.recipient, self.content, self.asked = "250 OK", "250 OK", 0

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        self.asked += 1
        if self.recipient.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.recipient

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        return self.content


@pytest.fixture
def refusing(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[Refusing]:
    handler, port = Refusing(), free_port()
    controller = Controller(handler, hostname="127.0.0.1", port=port)
    controller.start()
    monkeypatch.setattr(app.extensions["mail"], "port", port)
    yield handler
    controller.stop()


def waiting() -> list[int]:
    db.session.rollback()
    return list(db.session.scalars(select(Outbox.id)))


@pytest.mark.parametrize(
    ("moment", "refusal"), [("recipient", "550 no such mailbox"), ("content", "554 looks like spam")]
)
def test_a_refusal_for_good_is_not_tried_again(refusing, client, work, moment, refusal) -> None:
    setattr(refusing, moment, refusal)
    client.post("/api/register/", json=NEW)
    work()
    assert (refusing.asked, waiting()) == (1, [])


@pytest.mark.parametrize(
    ("moment", "refusal"), [("recipient", "450 greylisted"), ("content", "451 disk full")]
)
def test_any_other_is(refusing, client, work: Callable[[], None], moment, refusal) -> None:
    setattr(refusing, moment, refusal)
    client.post("/api/register/", json=NEW)
    work()
    (row,) = waiting()
    setattr(refusing, moment, "250 OK")
    run(row)
    assert (refusing.asked, waiting()) == (2, [])
