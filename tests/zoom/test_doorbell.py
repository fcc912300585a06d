"""Why nobody answers at our own door, told apart: each has its own remedy."""

import socket
import ssl

import pytest
import requests
import responses
from urllib3.connection import HTTPSConnection
from urllib3.exceptions import MaxRetryError, NameResolutionError, SSLError

from tests.clock import Clock
from tests.zoom.stage import a_server
from zoom_bridge.zoom.doorbell import Doorbell, Silence, Unanswered

URL = "https://events.example.org/zoom/webhooks"


def a_bell(url: str = URL) -> Doorbell:
    return Doorbell(requests.Session(), url, "secret", "account", Clock())


def wrapped(reason: Exception) -> MaxRetryError:
    """As requests hands on what urllib3 met."""
    return MaxRetryError(None, URL, reason)  # type: ignore[arg-type]


def expired() -> Exception:
    error = ssl.SSLCertVerificationError(1, "certificate verify failed")
    error.verify_message = "certificate has expired"
    return SSLError(error)


@pytest.mark.parametrize(
    ("error", "silence", "detail"),
    [
        (requests.exceptions.SSLError(wrapped(expired())), Silence.CERTIFICATE, "certificate has expired"),
        (
            requests.ConnectionError(
                wrapped(NameResolutionError("events", HTTPSConnection("events"), socket.gaierror(-2, "unknown")))
            ),
            Silence.NAME,
            "",
        ),
        (requests.ReadTimeout("slow"), Silence.SLOW, ""),
        (requests.ConnectionError(ConnectionRefusedError(111, "refused")), Silence.REFUSED, ""),
        (requests.ConnectionError(ConnectionResetError(104, "reset")), Silence.BROKEN, ""),
    ],
)
def test_each_silence_has_its_name(
    error: Exception, silence: Silence, detail: str, network: responses.RequestsMock
) -> None:
    network.post(URL, body=error)

    with pytest.raises(Unanswered) as unanswered:
        a_bell().deliver()

    assert (unanswered.value.silence, unanswered.value.detail) == (silence, detail)


def test_a_line_that_is_cut_is_no_answer() -> None:
    with a_server(lambda line: line.close()) as address, pytest.raises(Unanswered) as unanswered:
        a_bell(address).deliver()

    assert unanswered.value.silence is Silence.BROKEN


def test_a_redirect_is_an_answer_and_is_not_followed(network: responses.RequestsMock) -> None:
    network.post(URL, status=301, headers={"Location": "https://elsewhere.example.org/"})

    assert a_bell().deliver() == 301


def test_a_proof_made_with_another_secret_proves_nothing(network: responses.RequestsMock) -> None:
    network.post(URL, json={"plainToken": "zoom-bridge-doctor", "encryptedToken": "0" * 64})

    assert a_bell().validate() == (200, False)
