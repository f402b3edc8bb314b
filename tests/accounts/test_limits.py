"""How often one may try, per account and per address; refused requests count too."""

from collections.abc import Iterator
from itertools import count

import pytest
from flask import Flask

from pulse import create_app
from pulse.core.context import settings
from pulse.extensions import limiter
from tests.accounts.conftest import Browser
from tests.conftest import PASSWORD

numbers = count()
spellings = count()


@pytest.fixture
def limited(app: Flask) -> Iterator[Flask]:
    """An app with limits, on the same database and Redis."""
    limiter.enabled = True
    made = create_app(settings().model_copy(update={"ratelimit_enabled": True, "trusted_proxies": 1}))
    made.test_client_class = Browser
    limiter.enabled = True
    yield made
    limiter.enabled = False


def post(app: Flask, path: str, body: object, address: str = "192.0.2.1"):
    return app.test_client().post(path, json=body, headers={"X-Forwarded-For": address})


def refused_after(app: Flask, path: str, body, address) -> int:
    """How many requests pass; `body` and `address` are asked for each one's."""
    for passed in range(100):
        answer = post(app, path, body(), address())
        if answer.status_code == 429:
            assert answer.content_type == "application/problem+json"
            assert answer.json["code"] == "too_many_requests"
            assert 1 <= int(answer.headers["Retry-After"]) <= 3601
            return passed
    raise AssertionError("never refused")


def other_address() -> str:
    return f"198.51.100.{next(numbers) % 250}"


def one_address() -> str:
    return "192.0.2.1"


def other_email() -> dict:
    return {"email": f"x{next(numbers)}@example.org", "otp": "123456"}


ONE_ADDRESS = ("ann@example.org", "Ann@example.org", " ann@example\u3002org", "ann@\u24d4xample.org")


def one_email() -> dict:
    return {"email": ONE_ADDRESS[next(spellings) % len(ONE_ADDRESS)], "otp": "123456"}


@pytest.mark.parametrize(
    ("path", "body", "address", "most"),
    [
        (
            "/api/login/",
            lambda: {"username": ["ann", "ANN"][next(spellings) % 2], "password": "x"},
            other_address,
            10,
        ),
        ("/api/login/", lambda: {**one_email(), "password": ""}, other_address, 10),
        ("/api/login/", lambda: {"username": f"x{next(numbers)}", "password": ""}, one_address, 60),
        ("/api/request-otp/", one_email, other_address, 5),
        ("/api/request-otp/", other_email, one_address, 30),
        ("/api/verify-email/", one_email, other_address, 5),
        ("/api/verify-otp/", one_email, other_address, 10),
        ("/api/verify-otp/", other_email, one_address, 60),
        (
            "/api/register/",
            lambda: {"username": f"x{next(numbers)}", "email": "a@example.org", "password": ""},
            one_address,
            20,
        ),
    ],
)
def test_limits(limited, path, body, address, most) -> None:
    assert refused_after(limited, path, body, address) == most


def test_one_account_refused_is_not_all(limited, create_user) -> None:
    create_user("bob")
    refused_after(limited, "/api/login/", lambda: {"username": "ann", "password": ""}, one_address)
    assert post(limited, "/api/login/", {"username": "bob", "password": PASSWORD}).status_code == 200


def test_other_paths_of_a_route_count_together(limited) -> None:
    body = {"username": "ann", "password": ""}
    for _ in range(10):
        post(limited, "/api/login/", body)
    assert post(limited, "/api/auth/login/", body).status_code == 429


def test_bodies_without_a_name_count_as_one_account(limited) -> None:
    bodies = iter(
        [[], {}, {"username": ""}, 7, None, "x", {"username": None}, {"email": ""}, [1], {"a": 1}, {}]
    )
    assert refused_after(limited, "/api/login/", lambda: next(bodies), other_address) == 10


def test_a_huge_body_is_refused_as_such(limited) -> None:
    answer = post(limited, "/api/login/", {"username": "x" * 2_000_000, "password": "x"})
    assert answer.json["code"] == "too_large"


def test_wrong_current_passwords_are_limited(limited, person) -> None:
    ann = person("ann")
    client = limited.test_client()
    body = {"current_password": "wrong one", "new_password": "an even better one"}
    seen = [
        client.put(
            "/api/profile/password/", json=body, headers={"Authorization": f"Bearer {ann.token}"}
        ).status_code
        for _ in range(11)
    ]
    assert seen == [422] * 10 + [429]
