"""TLS is verified against the name that was asked for, whatever address it has."""

import shutil
import ssl
import subprocess
from ipaddress import ip_network
from pathlib import Path

import pytest

from pulse.webhooks.sending import Way, post
from tests.webhooks.receivers import Receiver

NAME = "hook.example.org"
WAY = Way([ip_network("127.0.0.0/8")], resolve=lambda host, port: ["127.0.0.1"], answer_within=3)

pytestmark = pytest.mark.skipif(shutil.which("openssl") is None, reason="needs openssl to make a certificate")


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A certificate of NAME with its key, signed by itself."""
    made = tmp_path / "both.pem"
    options = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"]
    names = ["-subj", f"/CN={NAME}", "-addext", f"subjectAltName=DNS:{NAME}"]
    files = ["-keyout", str(tmp_path / "key.pem"), "-out", str(tmp_path / "cert.pem")]
    subprocess.run(["openssl", "req", "-x509", *options, *names, *files], check=True, capture_output=True)
    made.write_text((tmp_path / "key.pem").read_text() + (tmp_path / "cert.pem").read_text())
    return made


@pytest.fixture
def secure(receiver: Receiver, certificate: Path) -> Receiver:
    """The receiver, with TLS."""
    assert receiver.server
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
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
    secure: Receiver, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    outcome = post(f"https://{NAME}:{secure.port}/", {}, b"{}", WAY)
    assert outcome.is_success, outcome.error
    for other in ("other.example.org", "127.0.0.1"):
        outcome = post(f"https://{other}:{secure.port}/", {}, b"{}", WAY)
        assert not outcome.is_success
        assert "certificate" in outcome.error
    assert len(secure.got) == 1
