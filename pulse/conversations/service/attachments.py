"""Files of messages: uploaded first, then sent, and deleted with what they were sent with.

A row comes before its file and goes after it, so no file is ever left without a row that knows of it. Until
the file is there the row's `size` is 0; nobody can see or send it. A row of nobody and of no message is
condemned: its file goes with the next clean-up.
"""

import secrets
from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import ColumnElement, and_, delete, func, select, update
from sqlalchemy.orm import Session

from pulse.accounts.models import User
from pulse.conversations import policy
from pulse.conversations.events import AttachmentUploaded
from pulse.conversations.files import clean_name, storage
from pulse.conversations.models import Attachment
from pulse.conversations.pictures import look_at, thumbnail
from pulse.core import clock
from pulse.core.context import settings
from pulse.core.database import LOCK
from pulse.core.errors import Conflict, InvalidInput, NotFound, TooLarge
from pulse.core.events import publish, transaction
from pulse.core.offload import offload
from pulse.extensions import db

UNSENT_MAX = 50  # files per user
UNSENT_IS_KEPT = timedelta(hours=24)
BROKEN = ""  # as `thumbnail_name`: there will never be one
CLEANED_AT_ONCE = 500


def upload(user_id: int, name: str, content: bytes) -> Attachment:
    """Keep a file for a message that is yet to be sent; its type follows from its bytes.

    Raises InvalidInput (empty_file, too_many_pixels), TooLarge, Conflict (too_many_unsent).
    """
    if not content:
        raise InvalidInput("The file is empty.", code="empty_file", errors={"file": ["is empty"]})
    if len(content) > settings().upload_max_bytes:
        raise TooLarge(f"A file may have {settings().upload_max_bytes} bytes at most.")
    look = offload(look_at, content)
    with transaction() as session:
        session.get_one(User, user_id, with_for_update=LOCK)  # two uploads count one after the other
        unsent = select(func.count()).where(
            Attachment.uploader_id == user_id, Attachment.message_id.is_(None)
        )
        if (session.scalar(unsent) or 0) >= UNSENT_MAX:
            raise Conflict("Send or discard what you have uploaded first.", code="too_many_unsent")
        file = Attachment(
            uploader_id=user_id,
            stored_name=secrets.token_urlsafe(24),
            name=clean_name(name),
            size=0,
            **look._asdict(),
            created_at=clock.now(),
        )
        session.add(file)
    storage().write(file.stored_name, content)
    with transaction() as session:
        file = session.get_one(Attachment, file.id)
        file.size = len(content)
        if file.width:
            publish(AttachmentUploaded(file.id))
    return file


def unsent(sender_id: int, ids: Sequence[int]) -> Sequence[Attachment]:
    """The files of the sender that are to be sent. Raises InvalidInput (unknown_attachment)."""
    if not ids:
        return ()
    files = db.session.scalars(
        select(Attachment)
        .where(
            Attachment.id.in_(ids),
            Attachment.uploader_id == sender_id,
            Attachment.message_id.is_(None),
            Attachment.size > 0,
        )
        .order_by(Attachment.id)
    ).all()
    if len(files) != len(ids):
        raise _unknown()
    return files


def claim(message_id: int, files: Sequence[Attachment]) -> None:
    """Attach unsent files to their message, inside the transaction that writes it.

    Raises InvalidInput (unknown_attachment) if one was sent meanwhile.
    """
    if not files:
        return
    claimed = db.session.execute(
        update(Attachment)
        .where(Attachment.id.in_([file.id for file in files]), Attachment.message_id.is_(None))
        .values(message_id=message_id)
        .execution_options(synchronize_session=False)
    )
    if claimed.rowcount != len(files):  # type: ignore[attr-defined]
        raise _unknown()


def _unknown() -> InvalidInput:
    return InvalidInput(
        "Upload the file first.",
        code="unknown_attachment",
        errors={"attachment_ids": ["names no unsent file of yours"]},
    )


def release(session: Session, message_ids: Sequence[int]) -> None:
    """Condemn the files of messages whose content goes, inside the transaction that takes it."""
    session.execute(
        update(Attachment)
        .where(Attachment.message_id.in_(message_ids))
        .values(message_id=None, uploader_id=None)
        .execution_options(synchronize_session=False)
    )


def discard(user_id: int, attachment_id: int) -> None:
    """Take back what one has uploaded but not sent. Raises NotFound."""
    with transaction() as session:
        found = session.execute(
            update(Attachment)
            .where(
                Attachment.id == attachment_id,
                Attachment.uploader_id == user_id,
                Attachment.message_id.is_(None),
            )
            .values(uploader_id=None)
            .returning(Attachment.id)
            .execution_options(synchronize_session=False)
        ).one_or_none()
        if found is None:
            raise _missing()


def visible(user_id: int, attachment_id: int) -> Attachment:
    """A file that the user may see: their own unsent one, or one of a message that they may see.

    Raises NotFound, the same for a file that is not there as for one of other people.
    """
    file = db.session.get(Attachment, attachment_id, populate_existing=True)
    if file is None or not file.size:
        raise _missing()
    if file.message_id is None:
        if file.uploader_id != user_id:
            raise _missing()
        return file
    try:
        policy.check_sees_message(file.message_id, user_id)
    except NotFound:
        raise _missing() from None
    return file


def content_of(file: Attachment) -> bytes:
    """The bytes of a file. Raises NotFound if they went just now."""
    return _read(file.stored_name)


def thumbnail_of(file: Attachment) -> bytes:
    """The small picture of an image, WebP.

    Raises NotFound if there is none, Conflict (thumbnail_pending) while the job is still to come.
    """
    if not file.width or file.thumbnail_name == BROKEN:
        raise NotFound("There is no picture of this file.")
    if file.thumbnail_name is None:
        raise Conflict("The picture is being made.", code="thumbnail_pending", retry_after=1)
    return _read(file.thumbnail_name)


def make_thumbnail(attachment_id: int) -> None:
    """Make the small picture of an image, if it is not there yet."""
    file = db.session.get(Attachment, attachment_id)
    if file is None or file.thumbnail_name is not None:
        return
    name = _thumbnail_name(file.stored_name)
    db.session.rollback()
    try:
        storage().write(name, thumbnail(storage().read(file.stored_name)))
    except ValueError:
        name = BROKEN
    except FileNotFoundError:
        return  # deleted meanwhile
    with transaction() as session:
        kept = session.execute(
            update(Attachment)
            .where(Attachment.id == attachment_id, ~_is_condemned())
            .values(thumbnail_name=name)
            .returning(Attachment.id)
            .execution_options(synchronize_session=False)
        ).one_or_none()
    if name and kept is None:
        storage().delete(name)


def clean_up() -> int:
    """Delete the files of messages that are gone, and those never sent, after a day; returns how many.

    They are condemned first, so that nobody can send what is being deleted.
    """
    with transaction() as session:
        session.execute(
            update(Attachment)
            .where(
                Attachment.message_id.is_(None),
                Attachment.uploader_id.is_not(None),
                Attachment.created_at < clock.now() - UNSENT_IS_KEPT,
            )
            .values(uploader_id=None)
            .execution_options(synchronize_session=False)
        )
    count = 0
    condemned = select(Attachment.id, Attachment.stored_name).where(_is_condemned()).limit(CLEANED_AT_ONCE)
    while rows := db.session.execute(condemned).all():
        db.session.rollback()
        for row in rows:
            storage().delete(row.stored_name)
            storage().delete(_thumbnail_name(row.stored_name))
        with transaction() as session:
            session.execute(delete(Attachment).where(Attachment.id.in_([row.id for row in rows])))
        count += len(rows)
    return count


def _is_condemned() -> ColumnElement[bool]:
    return and_(Attachment.message_id.is_(None), Attachment.uploader_id.is_(None))


def _read(name: str) -> bytes:
    try:
        return storage().read(name)
    except FileNotFoundError:
        raise _missing() from None


def _thumbnail_name(stored_name: str) -> str:
    return f"{stored_name}.webp"


def _missing() -> NotFound:
    return NotFound("There is no such file.")
