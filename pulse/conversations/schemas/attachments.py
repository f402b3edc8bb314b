"""Wire formats of uploaded files."""

from typing import Annotated

from apiflask.fields import UploadFile
from pydantic import Field

from pulse.conversations.schemas.messages import AttachmentOut
from pulse.core.schemas import Input

__all__ = ["AttachmentOut", "UploadIn"]


class UploadIn(Input):
    file: Annotated[UploadFile, Field(description="Any file, up to UPLOAD_MAX_BYTES.")]
