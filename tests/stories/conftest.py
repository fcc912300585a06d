"""What stories need besides the house: travellers who go from our pages to the pretend Zoom's and back, processes of
their own, and a real mail server."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests import postgres
from tests.conftest import BASE_URL, ZOOM_URL, need
from tests.stories.processes import Processes
from tests.stories.traveller import Travel, Traveller, within_process
from zoom_bridge.mail.catcher import MailCatcher

if TYPE_CHECKING:
    from flask import Flask


@pytest.fixture
def travel(app: "Flask", simulator: "Flask") -> Travel:
    """Opens a browser for which the pretend Zoom is there as well: `anna = travel()`, `ben = travel("en")`."""

    def open_browser(language: str = "de") -> Traveller:
        houses = {
            BASE_URL: within_process(app.test_client()),
            ZOOM_URL: within_process(simulator.test_client()),
        }
        return Traveller(houses, language)

    return open_browser


@pytest.fixture
def host(simulator: "Flask") -> Traveller:
    """Whoever sits at the pretend Zoom's control page."""
    return Traveller({ZOOM_URL: within_process(simulator.test_client())})


@pytest.fixture
def processes(tmp_path: Path) -> Iterator[Processes]:
    """Processes of the test's own. None of them outlives it, and what they said is shown when it fails."""
    processes = Processes(tmp_path)
    try:
        yield processes
    finally:
        processes.clear_away()


@pytest.fixture
def catcher(tmp_path: Path) -> Iterator[MailCatcher]:
    """A mail server of flesh and blood, in this process."""
    catcher = MailCatcher(tmp_path / "letters")
    catcher.start()
    yield catcher
    catcher.stop()


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_database_url(request: pytest.FixtureRequest, tmp_path: Path, worker_id: str) -> str:
    """The address of a database without any schema."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'bridge.db'}"
    need("postgresql", postgres.binaries())
    return postgres.database_url(f"stories_{worker_id}")
