"""What the tests in a real browser share: a show that is on for the whole run."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.browser.repertoire import Show, opened
from tests.browser.walking import Reader, Walker


@pytest.fixture(scope="session")
def show(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Show]:
    """Everything is played already. Visits only look, so all tests share it."""
    with opened(tmp_path_factory.mktemp("show")) as show:
        yield show


@pytest.fixture(scope="session")
def walker(browser: Browser, show: Show) -> Walker:
    return Walker(browser, show)


@pytest.fixture(scope="session")
def reader(show: Show) -> Reader:
    return Reader(show)
