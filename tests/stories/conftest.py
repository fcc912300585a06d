"""What stories need besides the house: travellers who go from our pages to the pretend Zoom's and back, processes of
their own, and a real mail server."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests import postgres
from tests.conftest import BASE_URL, ZOOM_URL, need
from tests.mail.moody_server import MoodyServer
from tests.stories.post_room import PostRoom
from tests.stories.processes import Processes, write_config
from tests.stories.senders import Nursery
from tests.stories.storm import do_not_wait_for_the_disk
from tests.stories.traveller import Travel, Traveller, within_process
from zoom_bridge.bridge import assemble
from zoom_bridge.config import load_settings
from zoom_bridge.mail.catcher import MailCatcher
from zoom_bridge.store.database import Database

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


@pytest.fixture
def kills(request: pytest.FixtureRequest) -> int:
    return int(request.config.getoption("--kills"))


@pytest.fixture
def server() -> Iterator[MoodyServer]:
    """It thinks a moment about each letter, so that there is time to be killed while it does."""
    with MoodyServer(thinks=0.02) as server:
        yield server


@pytest.fixture(scope="session")
def nursery() -> Iterator[Nursery]:
    """Where processes that send letters are ready to be forked."""
    nursery = Nursery()
    yield nursery
    nursery.close()


@pytest.fixture
def room(db: Database, tmp_path: Path, server: MoodyServer, nursery: Nursery) -> Iterator[PostRoom]:
    url = db.engine.url.render_as_string(hide_password=False)
    config = write_config(tmp_path, url, web_port=20_000, zoom_port=20_001, smtp_port=server.port)
    bridge = assemble(load_settings(config))
    do_not_wait_for_the_disk(bridge.db)
    room = PostRoom(bridge, config, server, nursery)
    room.write_the_notices()
    yield room
    bridge.db.dispose()
