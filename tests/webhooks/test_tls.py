"""TLS is verified against the name that was asked for, whatever address it has."""

import ssl
from ipaddress import ip_network
from pathlib import Path

import pytest
import trustme

from pulse.webhooks.sending import Way, post
from tests.webhooks.receivers import Receiver

NAME = "hook.example.org"
WAY = Way([ip_network("127.0.0.0/8")], resolve=lambda host, port: ["127.0.0.1"], answer_within=3)


@pytest.fixture
def authority() -> trustme.CA:
    """Somebody who vouches for names."""
    return trustme.CA()


@pytest.fixture
def secure(receiver: Receiver, authority: trustme.CA) -> Receiver:
    """The receiver, with TLS, as NAME."""
    assert receiver.server
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(NAME).configure_cert(context)
    receiver.server.socket = context.wrap_socket(
        receiver.server.socket, server_side=True, do_handshake_on_connect=False
    )
    return receiver


def test_a_certificate_that_nobody_vouches_for_is_refused(secure: Receiver) -> None:
    outcome = post(f"https://{NAME}:{secure.port}/", {}, b"{}", WAY)
    assert not outcome.is_success
    assert "certificate verify failed" in outcome.error
    assert secure.got == []


def test_the_name_must_be_the_certificates(
    secure: Receiver, authority: trustme.CA, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    authority.cert_pem.write_to_path(str(tmp_path / "authority.pem"))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "authority.pem"))
    outcome = post(f"https://{NAME}:{secure.port}/", {}, b"{}", WAY)
    assert outcome.is_success, outcome.error
    for other in ("other.example.org", "127.0.0.1"):
        outcome = post(f"https://{other}:{secure.port}/", {}, b"{}", WAY)
        assert not outcome.is_success
        assert "certificate" in outcome.error
    assert len(secure.got) == 1
