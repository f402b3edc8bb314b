"""Files of messages: uploaded, then sent, downloaded by whoever may see the message."""

from collections.abc import Callable
from io import BytesIO

from apiflask.schemas import FileSchema
from flask import Response, make_response, request, send_file

from pulse.accounts.limits import per_user
from pulse.conversations.models import Attachment
from pulse.conversations.routes.blueprint import bp
from pulse.conversations.schemas.attachments import AttachmentOut, UploadIn
from pulse.conversations.service import attachments
from pulse.core.http import identity, needs
from pulse.core.permissions import Permission

USE = Permission.MESSAGES_USE
# Whatever a browser may take the file for, it runs nothing and loads nothing.
HARMLESS = "default-src 'none'; sandbox"


@bp.post("/api/attachments/")
@needs(USE)
@per_user("120/minute")
@bp.input(UploadIn, location="files", arg_name="body")
@bp.output(AttachmentOut, status_code=201)
@bp.doc(responses={409: "Too many files wait to be sent.", 413: "The file is too large."})
def upload(body: UploadIn) -> AttachmentOut:
    """Upload a file for a message that you are about to send

    Its type follows from its bytes. Unless a message takes it within a day it is deleted.
    """
    file = attachments.upload(identity().user_id, body.file.filename or "", body.file.read())
    return AttachmentOut.of(file)


@bp.get("/api/attachments/<id:attachment_id>/")
@needs(USE)
@bp.output(FileSchema(), content_type="*/*", description="The file.")
def download(attachment_id: int) -> Response:
    """Download a file of a message that you may see, or one that you have not sent yet"""
    file = attachments.visible(identity().user_id, attachment_id)
    return _answer(file.stored_name, lambda: _download(file))


@bp.delete("/api/attachments/<id:attachment_id>/")
@needs(USE)
@bp.output({}, status_code=204)
def discard(attachment_id: int) -> str:
    """Take back a file that you have not sent"""
    attachments.discard(identity().user_id, attachment_id)
    return ""


@bp.get("/api/attachments/<id:attachment_id>/thumbnail/")
@needs(USE)
@bp.output(FileSchema(), content_type="image/webp", description="At most 640 pixels on each side.")
@bp.doc(responses={409: "It is being made. Ask again after `Retry-After` seconds."})
def thumbnail(attachment_id: int) -> Response:
    """The small picture of an image that you may see"""
    file = attachments.visible(identity().user_id, attachment_id)
    return _answer(
        f"{file.stored_name}.{file.thumbnail_name}",
        lambda: Response(attachments.thumbnail_of(file), content_type="image/webp"),
    )


def _download(file: Attachment) -> Response:
    return send_file(
        BytesIO(attachments.content_of(file)),
        mimetype=file.media_type,
        as_attachment=True,
        download_name=file.name,
        conditional=True,
        etag=False,
    )


def _answer(name: str, make: Callable[[], Response]) -> Response:
    """A file, unless the client has it. It asks each time, since who may see it changes."""
    answer = make_response("", 304) if request.if_none_match.contains(name) else make()
    answer.set_etag(name)
    answer.headers["Cache-Control"] = "private, no-cache"
    answer.headers["Content-Security-Policy"] = HARMLESS
    return answer
