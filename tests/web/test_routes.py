"""Which pages answer whom, and how errors read in a browser."""

from email.message import EmailMessage
from mailbox import Maildir
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from pulse import create_app
from pulse.config import load
from tests.conftest import TEST_SECRETS

BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
PRODUCTION = {"pulse_env": "production", "public_url": "https://pulse.example.org"}


def client_with_mailbox(folder: Path, **settings: str) -> FlaskClient:
    """A client of an app that has a mailbox with one mail."""
    mail = EmailMessage()
    mail["Subject"], mail["To"] = "<b>Hello</b>", "ann@example.org"
    mail.set_content("Click https://pulse.example.org/x?y=1. Not javascript:alert(1) <i>")
    Maildir(folder / "mail").add(mail)
    values = {
        "pulse_env": "testing",
        "redis_url": "redis://127.0.0.1:1/0",
        "mailbox_path": str(folder / "mail"),
    }
    database = f"sqlite:///{folder / 'none.db'}"
    return create_app(load(**{**TEST_SECRETS, **values, "database_url": database, **settings})).test_client()


def test_the_mailbox_shows_mails_as_text_with_links(tmp_path: Path) -> None:
    page = client_with_mailbox(tmp_path).get("/mailbox").text
    assert "&lt;b&gt;Hello&lt;/b&gt;" in page
    assert (
        '<a href="https://pulse.example.org/x?y=1">https://pulse.example.org/x?y=1</a>. Not javascript'
        in page
    )
    assert "&lt;i&gt;" in page


def test_the_mailbox_is_for_this_machine_and_never_in_production(tmp_path: Path) -> None:
    elsewhere = {"REMOTE_ADDR": "10.0.0.7"}
    client = client_with_mailbox(tmp_path)
    assert client.get("/mailbox", environ_overrides=elsewhere).status_code == 404
    assert "mailbox" not in client.get("/sign-in", environ_overrides=elsewhere).text
    assert client_with_mailbox(tmp_path, **PRODUCTION).get("/mailbox").status_code == 404


def test_without_a_mailbox_there_is_no_page(client: FlaskClient) -> None:
    assert client.get("/mailbox").status_code == 404


def test_errors_are_pages_for_browsers_and_problems_for_programs(client: FlaskClient) -> None:
    page = client.get("/nope", headers=BROWSER)
    assert (page.status_code, page.mimetype) == (404, "text/html")
    assert "Nothing is here" in page.text
    for path, headers in (("/nope", {}), ("/nope", {"Accept": "*/*"}), ("/api/nope/", BROWSER)):
        answer = client.get(path, headers=headers)
        assert (answer.status_code, answer.mimetype) == (404, "application/problem+json")


@pytest.mark.parametrize("path", ["/people", "/profile", "/dashboard"])
def test_strangers_are_sent_to_sign_in(client: FlaskClient, path: str) -> None:
    answer = client.get(f"{path}?a=b", headers=BROWSER)
    assert (answer.status_code, answer.location) == (302, f"/sign-in?next=%2F{path[1:]}%3Fa%3Db")


@pytest.mark.parametrize(
    ("wanted", "kept"),
    [
        ("/profile?x=1", "/profile?x=1"),
        ("/", "/"),
        ("//evil.example", "/app"),
        ("/\\evil.example", "/app"),
        ("/a\\b", "/app"),
        ("/\t/evil.example", "/app"),
        ("https://evil.example", "/app"),
        ("javascript:alert(1)", "/app"),
        ("", "/app"),
    ],
)
def test_next_is_a_path_of_this_site(client: FlaskClient, wanted: str, kept: str) -> None:
    page = client.get("/sign-in", query_string={"next": wanted}).text
    assert f'data-next="{kept}"' in page


def test_pages_are_not_kept_by_shared_caches(client: FlaskClient) -> None:
    assert client.get("/sign-in").headers["Cache-Control"] == "private, no-cache"
