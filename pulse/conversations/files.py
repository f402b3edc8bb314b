"""Where uploaded files lie: a folder of the instance, or a bucket of an S3 service if S3_BUCKET is set."""

import re
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any, Protocol

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from pulse.core.context import settings
from pulse.core.errors import Unavailable
from pulse.core.offload import offload

PREFIX = "attachments"
NAME_MAX = 200  # characters
EXTENSION_MAX = 20

_INVISIBLE = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}  # with what turns the reading direction around


def clean_name(name: str) -> str:
    """The name that a file is shown under: no folders, nothing invisible, not too long, never empty."""
    last = re.split(r"[/\\]", name)[-1]
    visible = "".join(char for char in last if unicodedata.category(char) not in _INVISIBLE)
    clean = " ".join(unicodedata.normalize("NFC", visible).split()).strip(". ")
    if len(clean) > NAME_MAX:
        stem, dot, extension = clean.rpartition(".")
        tail = dot + extension if stem and len(extension) <= EXTENSION_MAX else ""
        clean = clean[: NAME_MAX - len(tail)] + tail
    return clean or "file"


class Storage(Protocol):
    """Names are ours, random and safe. Every call raises Unavailable when the place is not at hand."""

    def write(self, name: str, content: bytes) -> None:
        """Keep a file."""

    def read(self, name: str) -> bytes:
        """The content of a file. Raises FileNotFoundError."""

    def delete(self, name: str) -> None:
        """Forget a file; one that is not there is no error."""


def storage() -> Storage:
    """The storage of the app that is active now."""
    have = settings()
    if have.s3_bucket:
        return _bucket(have.s3_bucket, have.s3_endpoint_url or None, have.s3_region or None)
    return Folder(have.instance_path / "uploads" / PREFIX)


class Folder:
    """Files in a folder. Disks block, so the calls leave the event loop."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def write(self, name: str, content: bytes) -> None:
        offload(self._write, name, content)

    def _write(self, name: str, content: bytes) -> None:
        self.path.mkdir(parents=True, exist_ok=True, mode=0o700)
        (self.path / name).write_bytes(content)

    def read(self, name: str) -> bytes:
        return offload((self.path / name).read_bytes)

    def delete(self, name: str) -> None:
        (self.path / name).unlink(missing_ok=True)


class Bucket:
    """Files in a bucket. Under eventlet its sockets are green ones already: nothing to offload."""

    def __init__(self, client: Any, bucket: str) -> None:
        self.client = client
        self.bucket = bucket

    def write(self, name: str, content: bytes) -> None:
        with self._at_hand(name):
            self.client.put_object(**self._place(name), Body=content)

    def read(self, name: str) -> bytes:
        with self._at_hand(name):
            content: bytes = self.client.get_object(**self._place(name))["Body"].read()
        return content

    def delete(self, name: str) -> None:
        with self._at_hand(name):
            self.client.delete_object(**self._place(name))

    def _place(self, name: str) -> dict[str, str]:
        return {"Bucket": self.bucket, "Key": f"{PREFIX}/{name}"}

    @contextmanager
    def _at_hand(self, name: str) -> Iterator[None]:
        try:
            yield
        except self.client.exceptions.NoSuchKey:
            raise FileNotFoundError(name) from None
        except (BotoCoreError, ClientError) as error:
            raise Unavailable("Files are not at hand. Try again.", code="files_unavailable") from error


@lru_cache(maxsize=4)
def _bucket(name: str, endpoint: str | None, region: str | None) -> Bucket:
    config = Config(
        connect_timeout=3,
        read_timeout=20,
        retries={"total_max_attempts": 3, "mode": "standard"},
        # Not every service that speaks S3 knows the newer checksums.
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
        s3={"addressing_style": "path" if endpoint else "auto"},
    )
    client = boto3.client("s3", endpoint_url=endpoint, region_name=region, config=config)
    return Bucket(client, name)
