"""Files of messages: uploaded, sent, downloaded, and gone in the end."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
import time_machine
from PIL import Image

from pulse.config import Settings
from pulse.conversations import jobs, service
from pulse.conversations.files import Folder, storage
from pulse.conversations.models import Attachment
from pulse.conversations.service import attachments
from pulse.core import clock
from pulse.core.context import context
from pulse.core.events import transaction
from pulse.extensions import db
from pulse.workspaces import service as workspaces
from tests.conftest import Person
from tests.conversations.conftest import Team, say
from tests.conversations.uploads import picture, post, uploaded
from tests.support.s3 import S3Server

Work = Callable[[], None]


@pytest.fixture
def files(app) -> Callable[[], list[Path]]:
    folder = storage()
    assert isinstance(folder, Folder)
    for path in folder.path.glob("*"):
        path.unlink()
    return lambda: list(folder.path.glob("*"))


def settings_with(monkeypatch, **changes: object) -> Settings:
    settings = context().settings.model_copy(update=changes)
    monkeypatch.setattr(context(), "settings", settings)
    return settings


@pytest.fixture
def s3(app, monkeypatch) -> Iterator[S3Server]:
    """Files go to a bucket."""
    server = S3Server()
    server.start()
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "someone")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "something")
    settings_with(monkeypatch, s3_bucket="pulse", s3_endpoint_url=server.url, s3_region="eu-central-1")
    yield server
    server.stop()


def test_a_file_goes_with_its_message_to_whoever_sees_that(team: Team, files, work: Work) -> None:
    channel_id = team.channel("general", team.bob)
    content = picture()
    sent = uploaded(team.ann, content)
    assert sent == {
        "id": sent["id"],
        "name": "plan.png",
        "media_type": "image/png",
        "size": len(content),
        "width": 900,
        "height": 600,
        "url": f"/api/attachments/{sent['id']}/",
        "thumbnail_url": f"/api/attachments/{sent['id']}/thumbnail/",
    }
    message = say(team.ann, channel_id, "Look", attachment_ids=[sent["id"]])
    assert message["attachments"] == [sent]
    assert message["kind"] == "image"
    assert team.bob.get(f"/api/messages/{message['id']}/").json["attachments"] == [sent]
    answer = team.bob.get(sent["url"])
    assert answer.data == content
    assert answer.headers["Content-Type"] == "image/png"
    assert answer.headers["Content-Disposition"] == "attachment; filename=plan.png"
    work()
    assert team.bob.get(sent["thumbnail_url"]).content_type == "image/webp"
    assert len(files()) == 2
    assert not any("plan" in path.name for path in files())


def test_what_a_browser_gets_it_neither_shows_nor_runs(team: Team, work: Work) -> None:
    for content in (picture(), b"<script>alert(1)</script>"):
        file = uploaded(team.ann, content, "page.html")
        work()
        for url in filter(None, (file["url"], file["thumbnail_url"])):
            headers = team.ann.get(url).headers
            assert headers["X-Content-Type-Options"] == "nosniff"
            assert headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
            assert headers["Cache-Control"] == "private, no-cache"
        assert team.ann.get(file["url"]).headers["Content-Disposition"].startswith("attachment;")


def test_a_browser_that_has_a_file_is_not_sent_it_again(team: Team, work: Work) -> None:
    file = uploaded(team.ann)
    work()
    for url in (file["url"], file["thumbnail_url"]):
        etag = team.ann.get(url).headers["ETag"]
        again = team.ann.get(url, If_None_Match=etag)
        assert (again.status_code, again.data) == (304, b"")
        assert team.bob.get(url, If_None_Match=etag).status_code == 404


def test_a_part_of_a_file(team: Team) -> None:
    answer = team.ann.get(uploaded(team.ann, b"0123456789")["url"], Range="bytes=2-4")
    assert (answer.status_code, answer.data) == (206, b"234")


@pytest.mark.parametrize(
    ("content", "name", "media_type"),
    [
        (picture("PNG"), "run.exe", "image/png"),
        (picture("JPEG"), "a.html", "image/jpeg"),
        (picture("WEBP"), "a", "image/webp"),
        (picture("GIF"), "a.js", "image/gif"),
        (b"%PDF-1.7\n<html><script>alert(1)</script>", "a.html", "application/pdf"),
        (picture("GIF") + b"*/=1;alert(1)", "a.js", "image/gif"),
        (b"GIF89a/*" + b"\0" * 50 + b"*/=1;alert(1)", "a.js", "application/octet-stream"),
        (b"GIF89a", "a.gif", "application/octet-stream"),
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "a.svg", "text/plain"),
        (b"<!doctype html><script>alert(1)</script>", "a.png", "text/plain"),
        ("Grüße".encode(), "a.txt", "text/plain"),
        ("Grüße".encode("latin-1"), "a.txt", "application/octet-stream"),
        (b"\0\1\2\3", "a.png", "application/octet-stream"),
        (b"PK\x03\x04" + b"\0" * 40, "a.zip", "application/zip"),
    ],
)
def test_the_type_follows_from_the_bytes(team: Team, content: bytes, name: str, media_type: str) -> None:
    file = uploaded(team.ann, content, name)
    assert file["media_type"] == media_type
    assert team.ann.get(file["url"]).mimetype == media_type
    assert team.ann.get(file["url"]).data == content


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("../../etc/passwd", "passwd"),
        ("..\\..\\boot.ini", "boot.ini"),
        ("/abs/olute.txt", "olute.txt"),
        ("..", "file"),
        ("a\r\nSet-Cookie: b.txt", "aSet-Cookie: b.txt"),
        ("photo\u202egnp.exe", "photognp.exe"),
        ("\u2066a\u200b.txt", "a.txt"),
        ("  many   spaces .txt", "many spaces .txt"),
        ("Grüße 👍.txt", "Grüße 👍.txt"),
        ('"; filename="b.html', '"; filename="b.html'),
        ("<img src=x onerror=alert(1)>.png", "<img src=x onerror=alert(1)>.png"),
        ("x" * 500 + ".pdf", "x" * 196 + ".pdf"),
        ("x." + "y" * 500, ("x." + "y" * 500)[:200]),
    ],
)
def test_names_are_shown_clean(team: Team, name: str, shown: str) -> None:
    file = attachments.upload(team.ann.id, name, b"content")
    assert file.name == shown
    answer = team.ann.get(f"/api/attachments/{file.id}/")
    assert "Set-Cookie" not in answer.headers
    assert answer.headers["Content-Disposition"].startswith("attachment; filename")


def test_a_file_without_a_name(team: Team) -> None:
    assert attachments.upload(team.ann.id, "", b"content").name == "file"


@pytest.mark.parametrize("field", ["", "picture"])
def test_what_is_no_upload(team: Team, field: str) -> None:
    answer = post(team.ann, b"content", field=field)
    assert (answer.status_code, answer.json["code"]) == (422, "invalid_input")
    assert "file" in answer.json["errors"]


FORM = "multipart/form-data; boundary=x"


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"", "multipart/form-data"),
        (b"--x\r\nbroken", FORM),
        (b"no boundary", FORM),
        (b'--x\r\nContent-Disposition: form-data; name="file"\r\n\r\nno file\r\n--x--', FORM),
        (b'{"file": "text"}', "application/json"),
        (b"\x89PNG", "image/png"),
    ],
)
def test_what_is_no_multipart(team: Team, body: bytes, content_type: str) -> None:
    headers = {"Authorization": f"Bearer {team.ann.token}"}
    answer = team.ann.client.post("/api/attachments/", data=body, content_type=content_type, headers=headers)
    assert (answer.status_code, answer.json["code"]) == (422, "invalid_input")


def test_an_empty_file(team: Team) -> None:
    answer = post(team.ann, b"")
    assert (answer.status_code, answer.json["code"]) == (422, "empty_file")


def test_a_file_that_is_too_large(team: Team, monkeypatch, files) -> None:
    settings = settings_with(monkeypatch, upload_max_bytes=5000)
    assert post(team.ann, b"x" * 5000).status_code == 201
    answer = post(team.ann, b"x" * 5001)
    assert (answer.status_code, answer.json["code"]) == (413, "too_large")
    monkeypatch.setitem(team.app.config, "MAX_CONTENT_LENGTH", settings.upload_max_bytes)
    assert post(team.ann, b"x" * 20_000).status_code == 413
    assert len(files()) == 1


def test_only_so_many_wait_to_be_sent(team: Team, monkeypatch) -> None:
    monkeypatch.setattr(attachments, "UNSENT_MAX", 3)
    channel_id = team.channel()
    made = [uploaded(team.ann)["id"] for _ in range(3)]
    answer = post(team.ann, b"more")
    assert (answer.status_code, answer.json["code"]) == (409, "too_many_unsent")
    uploaded(team.bob)
    say(team.ann, channel_id, attachment_ids=made[:1])
    assert team.ann.call("DELETE", f"/api/attachments/{made[1]}/").status_code == 204
    assert post(team.ann, b"more").status_code == 201
    assert post(team.ann, b"more").status_code == 201
    assert post(team.ann, b"more").status_code == 409


def test_at_most_ten_in_a_message(team: Team) -> None:
    channel_id = team.channel()
    made = [uploaded(team.ann, b"content")["id"] for _ in range(11)]
    body = {"conversation_id": channel_id, "body": "", "attachment_ids": made}
    assert team.ann.post("/api/messages/", body).status_code == 422
    message = say(team.ann, channel_id, "", attachment_ids=made[:10])
    assert [file["id"] for file in message["attachments"]] == made[:10]
    assert message["kind"] == "file"


def is_missing(who: Person, url: str) -> bool:
    """Whether a file answers as one that is not there."""
    answer, other = who.get(url), who.get("/api/attachments/999999/")
    assert other.status_code == 404
    return (answer.status_code, answer.json) == (404, other.json) if answer.status_code != 200 else False


def test_who_sees_a_file(team: Team, work: Work) -> None:
    channel_id = team.channel("secret", team.bob, is_private=True)
    file = uploaded(team.ann)
    work()
    for url in (file["url"], file["thumbnail_url"]):
        assert team.ann.get(url).status_code == 200
        for other in (team.bob, team.gus, team.eve):
            assert is_missing(other, url)
    say(team.ann, channel_id, attachment_ids=[file["id"]])
    for url in (file["url"], file["thumbnail_url"]):
        assert team.bob.get(url).status_code == 200
        for other in (team.gus, team.eve):
            assert is_missing(other, url)
        assert team.ann.client.get(url).status_code == 401
    service.remove_member(team.ann.id, channel_id, team.bob.id)
    assert is_missing(team.bob, file["url"])
    service.remove_member(team.ann.id, channel_id, team.ann.id)
    assert is_missing(team.ann, file["url"])  # sent is sent


def test_public_channels_show_their_files_to_the_workspace(team: Team) -> None:
    file = uploaded(team.ann)
    say(team.ann, team.channel(), attachment_ids=[file["id"]])
    assert team.bob.get(file["url"]).status_code == 200
    assert is_missing(team.gus, file["url"])
    assert is_missing(team.eve, file["url"])


def test_one_sends_one_s_own_unsent_files_only(team: Team) -> None:
    channel_id = team.channel("general", team.bob)
    others, used, discarded = (uploaded(who)["id"] for who in (team.bob, team.ann, team.ann))
    say(team.ann, channel_id, attachment_ids=[used])
    team.ann.call("DELETE", f"/api/attachments/{discarded}/")
    own = uploaded(team.ann)["id"]
    unfinished = uploaded(team.ann)["id"]
    with transaction() as session:
        session.get_one(Attachment, unfinished).size = 0
    for bad in (others, used, discarded, unfinished, 999_999):
        body = {"conversation_id": channel_id, "body": "x", "attachment_ids": [own, bad]}
        answer = team.ann.post("/api/messages/", body)
        assert (answer.status_code, answer.json["code"]) == (422, "unknown_attachment")
    assert len(team.ann.get(f"/api/messages/?conversation_id={channel_id}").json["data"]) == 1
    say(team.ann, channel_id, attachment_ids=[own, own])


def test_only_the_uploader_discards(team: Team, files, work: Work) -> None:
    file = uploaded(team.ann)
    work()
    assert team.bob.call("DELETE", file["url"]).status_code == 404
    assert team.ann.call("DELETE", file["url"]).status_code == 204
    assert is_missing(team.ann, file["url"])
    assert team.ann.call("DELETE", file["url"]).status_code == 404
    jobs.clean_up()
    assert files() == []
    sent = uploaded(team.ann)
    say(team.ann, team.channel(), attachment_ids=[sent["id"]])
    assert team.ann.call("DELETE", sent["url"]).status_code == 404
    assert team.ann.get(sent["url"]).status_code == 200


def test_files_never_sent_go_after_a_day(team: Team, files, work: Work) -> None:
    sent, unsent = uploaded(team.ann), uploaded(team.ann)
    say(team.ann, team.channel(), attachment_ids=[sent["id"]])
    work()
    jobs.clean_up()
    assert len(files()) == 4
    with time_machine.travel(clock.now() + timedelta(hours=25)):
        late = attachments.upload(team.ann.id, "late", b"late")
        jobs.clean_up()
    assert len(files()) == 3
    for url in (sent["url"], f"/api/attachments/{late.id}/"):
        assert team.ann.get(url).status_code == 200
    assert is_missing(team.ann, unsent["url"])
    assert db.session.get(Attachment, unsent["id"], populate_existing=True) is None


def test_files_go_with_their_message(team: Team, files, work: Work) -> None:
    channel_id = team.channel()
    file = uploaded(team.ann)
    message = say(team.ann, channel_id, attachment_ids=[file["id"]])
    work()
    assert team.ann.call("DELETE", f"/api/messages/{message['id']}/").status_code in (200, 204)
    assert is_missing(team.ann, file["url"])
    body = {"conversation_id": channel_id, "body": "x", "attachment_ids": [file["id"]]}
    assert team.ann.post("/api/messages/", body).status_code == 422
    jobs.clean_up()
    assert files() == []


def test_files_go_with_their_workspace(team: Team, files, work: Work) -> None:
    file = uploaded(team.ann)
    say(team.ann, team.channel(), attachment_ids=[file["id"]])
    work()
    workspaces.delete(team.ann.id, team.id)
    with time_machine.travel(clock.now() + timedelta(hours=25)):
        jobs.clean_up()
    assert files() == []


def test_a_write_that_fails_leaves_nothing_to_see(team: Team, files, monkeypatch) -> None:
    folder = storage()
    monkeypatch.setattr(type(folder), "_write", lambda *args: (_ for _ in ()).throw(OSError("disk full")))
    assert post(team.ann, b"content").status_code == 500
    db.session.rollback()
    row = db.session.query(Attachment).one()
    assert row.size == 0
    assert is_missing(team.ann, f"/api/attachments/{row.id}/")
    with time_machine.travel(clock.now() + timedelta(hours=25)):
        jobs.clean_up()
    assert db.session.query(Attachment).count() == 0


def test_a_file_that_went_from_the_disk_is_missing(team: Team, files) -> None:
    file = uploaded(team.ann)
    for path in files():
        path.unlink()
    assert is_missing(team.ann, file["url"])


def test_files_in_a_bucket(team: Team, s3: S3Server, work: Work) -> None:
    content = picture()
    file = uploaded(team.ann, content)
    assert team.ann.get(file["url"]).data == content
    work()
    thumbnail = team.ann.get(file["thumbnail_url"]).data
    assert Image.open(BytesIO(thumbnail)).format == "WEBP"
    assert sorted(s3.objects.values(), key=len) == sorted([thumbnail, content], key=len)
    assert all(path.startswith("/pulse/attachments/") for path in s3.objects)
    team.ann.call("DELETE", file["url"])
    jobs.clean_up()
    assert s3.objects == {}


def test_a_bucket_that_has_lost_a_file(team: Team, s3: S3Server) -> None:
    file = uploaded(team.ann)
    s3.objects.clear()
    assert is_missing(team.ann, file["url"])


def test_a_bucket_that_is_away(team: Team, s3: S3Server, monkeypatch) -> None:
    file = uploaded(team.ann)
    settings_with(monkeypatch, s3_endpoint_url="http://127.0.0.1:9")  # nobody is there
    for answer in (post(team.ann, b"content"), team.ann.get(file["url"])):
        assert (answer.status_code, answer.json["code"]) == (503, "files_unavailable")
