"""A client whose network answers what a test tells it to. `api` are the answers of Zoom's API; the token endpoint
answers by itself unless a test says otherwise."""

from collections.abc import Iterator

import pytest
import requests
import responses

from tests.clock import Clock
from tests.zoom.stage import API, OAUTH, a_token
from zoom_bridge.zoom.client import ZoomClient
from zoom_bridge.zoom.oauth import Oauth


@pytest.fixture
def network() -> Iterator[responses.RequestsMock]:
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        yield mock


@pytest.fixture
def oauth(network: responses.RequestsMock, clock: Clock) -> Oauth:
    return Oauth(requests.Session(), OAUTH, "account-1", "client-1", "secret-1", clock)


@pytest.fixture
def zoom(network: responses.RequestsMock, oauth: Oauth, clock: Clock) -> ZoomClient:
    network.post(f"{OAUTH}/oauth/token", json=a_token())
    return ZoomClient(requests.Session(), oauth, API, clock)
