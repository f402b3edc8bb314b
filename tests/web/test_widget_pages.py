"""What the server gives to the widget's loader and frame: to whom, under which policy."""

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from pulse import create_app
from pulse.config import load
from pulse.core.http import CONTENT_SECURITY_POLICY
from pulse.extensions import db
from pulse.support import service
from pulse.support.models import Widget
from tests.conftest import TEST_SECRETS

SHOP = "https://shop.example"


def make_widget(*origins: str) -> Widget:
    return db.session.get_one(Widget, service.create_widget("Website", list(origins)))


def ancestors(answer: Any) -> str:
    policy: str = answer.headers["Content-Security-Policy"]
    return policy.partition("frame-ancestors ")[2]


def test_the_loader_is_for_every_page(client: FlaskClient) -> None:
    answer = client.get("/widget.js", headers={"Origin": SHOP})
    assert (answer.status_code, answer.mimetype) == (200, "text/javascript")
    assert answer.headers["Cache-Control"] == "public, max-age=300"
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    again = client.get("/widget.js", headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304


def test_the_frame_is_for_its_origins_and_this_site(client: FlaskClient) -> None:
    widget = make_widget(SHOP, "https://other.example:8443")
    answer = client.get(f"/widget/{widget.key}/?language=de")
    assert answer.status_code == 200
    assert ancestors(answer) == f"'self' {SHOP} https://other.example:8443"
    own = answer.headers["Content-Security-Policy"].partition("frame-ancestors ")[0]
    assert f"{own}frame-ancestors 'none'" == CONTENT_SECURITY_POLICY
    assert '<html lang="de">' in answer.text
    assert widget.secret not in answer.text
    assert '<html lang="en">' in client.get(f"/widget/{widget.key}/?language=%22%3E").text


def test_without_origins_it_is_for_this_site_alone(client: FlaskClient) -> None:
    assert ancestors(client.get(f"/widget/{make_widget().key}/")) == "'self'"


def test_all_other_pages_stand_in_no_frame(client: FlaskClient) -> None:
    widget = make_widget(SHOP)
    for path in ("/sign-in", "/demo", "/widget.js", "/widget/nothing/", f"/widget/{widget.key}x/"):
        assert ancestors(client.get(path)) == "'none'", path


def test_what_is_unknown_or_switched_off_is_not_there(client: FlaskClient) -> None:
    widget = make_widget(SHOP)
    assert client.get("/widget/nothing/").status_code == 404
    service.update_widget(widget.id, {"is_enabled": False})
    assert client.get(f"/widget/{widget.key}/").status_code == 404
    assert client.get("/demo").status_code == 404


def test_the_demo_page_shows_the_first_widget(client: FlaskClient) -> None:
    assert client.get("/demo").status_code == 404
    widget = make_widget()
    make_widget()
    page = client.get("/demo")
    assert f'src="/widget.js" defer data-key="{widget.key}"' in page.text


@pytest.mark.parametrize("database", ["sqlite"], indirect=True, scope="session")
def test_in_production_there_is_no_demo_page(app: Flask, database: str) -> None:
    widget = make_widget()
    settings = {
        "pulse_env": "production",
        "public_url": "https://pulse.example.org",
        "database_url": database,
    }
    real = create_app(
        load(**{**TEST_SECRETS, **settings, "redis_url": "redis://127.0.0.1:1/0"})
    ).test_client()
    assert real.get(f"/widget/{widget.key}/").status_code == 200
    assert real.get("/demo").status_code == 404
