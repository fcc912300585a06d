"""What was held against the contract in a run, and what came of it. A test in which something was wrong fails at its
teardown, by name; the end of the run says how much was looked at. A run of all tests that looked at nothing fails."""

from collections import Counter
from collections.abc import Generator, Iterable
from threading import Lock
from typing import Any

import pytest

_KEPT = "wire"


class Ledger:
    """What was watched in this process, and what was wrong since `take_wrongs` was last asked.

    seen  webhooks by name, and calls that were answered with what they were for"""

    def __init__(self) -> None:
        self._lock = Lock()
        self._wrongs: list[str] = []
        self.counted: Counter[str] = Counter()
        self.seen: set[str] = set()

    def note(self, kind: str, name: str, wrongs: Iterable[str]) -> None:
        wrongs = list(wrongs)
        with self._lock:
            self.seen.add(name)
            self.counted[kind] += 1
            self.counted["violations"] += len(wrongs)
            self._wrongs += wrongs

    def take_wrongs(self) -> list[str]:
        with self._lock:
            wrongs, self._wrongs = self._wrongs, []
        return wrongs


LEDGER = Ledger()


class Report:
    """A plugin of pytest. With xdist each worker tells what it counted, and the sum is told at the end."""

    def __init__(self, ledger: Ledger = LEDGER) -> None:
        self.ledger = ledger
        self.counted: Counter[str] = Counter()

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_teardown(self, item: pytest.Item) -> Generator[None, Any, Any]:
        result = yield
        if wrongs := self.ledger.take_wrongs():
            pytest.fail("not as Zoom's types have it:\n" + "\n".join(dict.fromkeys(wrongs)), pytrace=False)
        return result

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any, error: object) -> None:
        self.counted.update(getattr(node, "workeroutput", {}).get(_KEPT, {}))

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        output = getattr(session.config, "workeroutput", None)
        if output is not None:
            output[_KEPT] = dict(self.ledger.counted)
            return
        self.counted.update(self.ledger.counted)
        if _whole_suite(session.config) and not (self.counted["exchanges"] and self.counted["webhooks"]):
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
        if self.counted or _whole_suite(config):
            exchanges, webhooks, wrongs = (self.counted[kind] for kind in ("exchanges", "webhooks", "violations"))
            terminalreporter.write_line(
                f"wire: {exchanges:,} exchanges and {webhooks:,} webhooks checked, {wrongs:,} violations"
            )


def _whole_suite(config: pytest.Config) -> bool:
    option = config.option
    narrowed = (option.keyword, option.markexpr, option.collectonly, config.getoption("lf", False))
    return config.args_source is pytest.Config.ArgsSource.TESTPATHS and not any(narrowed)
