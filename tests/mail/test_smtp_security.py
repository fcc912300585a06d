"""TLS to the mail server: asked for means had, or the letter waits."""

import shutil
import ssl
import subprocess

import pytest

from tests.mail.scripted_server import ScriptedServer
from zoom_bridge.domain.failures import Failure
from zoom_bridge.mail.letters import Envelope
from zoom_bridge.mail.smtp import PostOffice

LETTER = Envelope("events@example.org", "anna@example.org", b"Subject: Hello\r\n\r\nDear Anna\r\n")
tls_ways = pytest.mark.parametrize("security", ["starttls", "tls"])


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """Makes a self-signed certificate for a name, and gives the folder it lies in."""
    openssl = shutil.which("openssl")
    if not openssl:
        pytest.skip("needs the openssl command to make certificates")

    def make(name: str):
        folder = tmp_path_factory.mktemp("tls")
        subprocess.run(
            [openssl, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
             "-keyout", folder / "key.pem", "-out", folder / "cert.pem", "-days", "2", "-subj", "/CN=mail",
             "-addext", f"subjectAltName={name}"],
            check=True, capture_output=True,
        )  # fmt: skip
        return folder

    return make


@pytest.fixture(scope="module")
def own(certificate):
    return certificate("IP:127.0.0.1")


def server_context(folder) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    return context


def a_server(security, folder, **script) -> ScriptedServer:
    features = ("STARTTLS", "AUTH PLAIN") if security == "starttls" else ("AUTH PLAIN",)
    return ScriptedServer(*features, tls=server_context(folder), tls_at_once=security == "tls", **script)


def an_office(server, security, trusting=None) -> PostOffice:
    context = ssl.create_default_context(cafile=trusting / "cert.pem") if trusting else None
    return PostOffice("127.0.0.1", server.port, security, "events", "secret-word", timeout=3, context=context)


def send(office) -> None:
    try:
        with office.line() as line:
            line.send(LETTER)
            line.send(LETTER)
    finally:
        office.close()


@tls_ways
def test_letters_travel_encrypted_when_the_certificate_is_good(own, security):
    with a_server(security, own) as server:
        send(an_office(server, security, trusting=own))

        assert len(server.letters) == 2
        assert server.connections == 1


@tls_ways
def test_a_certificate_that_nobody_vouches_for_stops_the_run(own, security):
    with a_server(security, own) as server:
        with pytest.raises(Failure) as caught:
            send(an_office(server, security))

        assert caught.value.systemic
        assert caught.value.permanent
        assert "certificate" in caught.value.message
        assert server.letters == []


@tls_ways
def test_a_certificate_for_another_name_stops_the_run(certificate, security):
    other = certificate("DNS:mail.example.com")
    with a_server(security, other) as server:
        with pytest.raises(Failure) as caught:
            send(an_office(server, security, trusting=other))

        assert caught.value.systemic
        assert server.letters == []


def test_without_starttls_neither_letter_nor_password_leaves(own):
    with ScriptedServer("AUTH PLAIN") as server:
        with pytest.raises(Failure) as caught:
            send(an_office(server, "starttls", trusting=own))

        assert caught.value.systemic
        assert caught.value.permanent
        assert "STARTTLS" in caught.value.message
        assert not any(command.startswith(("AUTH", "MAIL")) for command in server.commands)


def test_starttls_that_is_refused_stops_the_run(own):
    with a_server("starttls", own, STARTTLS="454 not now") as server:
        with pytest.raises(Failure) as caught:
            send(an_office(server, "starttls", trusting=own))

        assert caught.value.systemic
        assert not caught.value.permanent
        assert server.letters == []


def test_plain_text_pushed_in_before_the_encryption_is_not_believed(own):
    with a_server("starttls", own, STARTTLS="220 go ahead\r\n250 injected") as server:
        with pytest.raises(Failure) as caught:
            send(an_office(server, "starttls", trusting=own))

        assert caught.value.systemic
        assert server.letters == []


def test_a_plain_server_where_tls_is_expected_gets_nothing(own):
    with ScriptedServer() as server:
        with pytest.raises(Failure) as caught:
            send(an_office(server, "tls", trusting=own))

        assert caught.value.systemic
        assert server.letters == []


def test_an_unknown_kind_of_security_is_a_mistake_of_the_caller():
    with pytest.raises(ValueError, match="security"):
        PostOffice("127.0.0.1", 25, "maybe")
