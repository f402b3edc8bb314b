"""People, and what they talk about, for a first look."""

import json
import secrets
from pathlib import Path

from sqlalchemy import select

from pulse.accounts import queries
from pulse.accounts.models import User
from pulse.cli.demo import desk, people, picture, talk
from pulse.cli.demo.people import PEOPLE
from pulse.conversations.service import attachments
from pulse.core.context import settings
from pulse.core.events import transaction
from pulse.extensions import db

SignIn = dict[str, str]


def load() -> list[SignIn]:
    """Make the people on an empty database; returns how to sign in as each of them who exists.

    On a database that is not empty nothing is made. Either all people are made or none.
    """
    path = settings().instance_path / "demo-sign-ins.json"
    if db.session.scalar(select(User.id).limit(1)) is None:
        sign_ins = [
            {"username": one.username, "password": secrets.token_urlsafe(9), "role": one.role}
            for one in PEOPLE
        ]
        _keep(path, sign_ins)
        with transaction():
            made = [
                people.make(one, sign_in["password"]) for one, sign_in in zip(PEOPLE, sign_ins, strict=True)
            ]
        user_ids = dict(zip((one.username for one in PEOPLE), made, strict=True))
        file = attachments.upload(user_ids[picture.SENDER], picture.NAME, picture.draw())
        with transaction():  # a user's presence exists from the commit on
            for one in PEOPLE:
                people.add_past(one, user_ids[one.username])
            talk.write(user_ids, file.id)
            desk.set_up(user_ids)
    kept: list[SignIn] = json.loads(path.read_text()) if path.exists() else []
    return [sign_in for sign_in in kept if queries.by_username(sign_in["username"])]


def _keep(path: Path, sign_ins: list[SignIn]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    path.touch(mode=0o600)
    path.chmod(0o600)
    path.write_text(json.dumps(sign_ins, indent=1))
