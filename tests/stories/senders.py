"""Senders: processes that do nothing but send the letters that are due, begun in no time and killed without a warning.

The file is a program as well, a nursery: it gets everything ready once, and forks a sender whenever it is asked for
one. A sender says when nothing is left for it, and then waits until it is told to go on. Their clocks can be set ahead,
and jump only while nobody has a letter in hand: so nobody's lease runs out because a machine is slow.

A sender's claims begin with its name. Those of a dead one can be set free at once, as when its lease is over."""

import json
import os
import random
import secrets
import select
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from mmap import mmap
from pathlib import Path

from sqlalchemy import select as query
from sqlalchemy import update

from jobs import send_mail
from tests.mail.post import a_letter, letters
from tests.stories.crashing_worker import next_due
from zoom_bridge.bridge import Bridge, assemble
from zoom_bridge.config import load_settings
from zoom_bridge.domain.message import Kind
from zoom_bridge.mail.letters import Letters
from zoom_bridge.store import tables
from zoom_bridge.store.database import DatabaseUnavailable

_ROOT = Path(__file__).parents[2]
#: Longer than this nobody is silent, on the slowest machine.
PATIENCE = 600.0
#: A clock never jumps further than this at once.
FURTHEST = timedelta(minutes=30)
#: The moment of a deed is drawn from so many seconds: some letters long.
_MOMENT = 0.03
_IDLE, _GO = b"i", b"g"
#: How far a sender's clock is ahead.
_SECONDS = struct.Struct("d")


@dataclass(frozen=True, eq=False)
class Deed:
    """What is done at a moment that the run itself decides."""

    when: Callable[[], bool]
    do: Callable[[], object] = lambda: None


class Sender:
    """One of the processes, seen from outside."""

    def __init__(self, name: str, pid: int, wire: socket.socket, ahead: mmap) -> None:
        self.name, self.pid, self.wire = name, pid, wire
        self._ahead = ahead
        self.idle = False

    def set_clock(self, ahead: timedelta) -> None:
        _SECONDS.pack_into(self._ahead, 0, ahead.total_seconds())

    def go_on(self) -> None:
        self.idle = False
        self.wire.sendall(_GO)

    def heard(self) -> None:
        """It said that nothing is left for it."""
        said = self.wire.recv(1)
        assert said == _IDLE, f"{self.name} ended by itself"
        self.idle = True


class Nursery:
    """The program, seen from outside."""

    def __init__(self) -> None:
        self._control, theirs = socket.socketpair()
        environ = os.environ | {"PYTHONPATH": str(_ROOT)}
        command = [sys.executable, __file__, str(theirs.fileno())]
        self._process = subprocess.Popen(command, env=environ, pass_fds=[theirs.fileno()])
        theirs.close()
        self._control.settimeout(PATIENCE)
        assert self._control.recv(1) == _GO, "the nursery did not get ready"

    def close(self) -> None:
        self._control.close()
        assert self._process.wait(PATIENCE) == 0

    def fork(self, name: str, config: Path, connections: int, ahead: timedelta) -> Sender:
        ours, theirs = socket.socketpair()
        clock = os.memfd_create(name)
        os.truncate(clock, _SECONDS.size)
        sender = Sender(name, 0, ours, mmap(clock, _SECONDS.size))
        sender.set_clock(ahead)
        order = json.dumps([name, str(config), connections])
        socket.send_fds(self._control, [order.encode()], [theirs.fileno(), clock])
        theirs.close()
        os.close(clock)
        sender.pid = int(self._control.recv(20))
        return sender


class Senders:
    """So many senders at once. Whoever is killed has a successor."""

    def __init__(
        self, nursery: Nursery, bridge: Bridge, config: Path, number: int, *, connections: int = 1
    ) -> None:
        self.bridge = bridge
        self.ahead = timedelta()
        self._nursery, self._config, self._connections = nursery, config, connections
        self._gone: list[str] = []
        self._stopped: list[Sender] = []
        self._born = 0
        self.alive = [self._begin() for _ in range(number)]

    def close(self) -> None:
        for sender in self.alive + self._stopped:
            os.kill(sender.pid, signal.SIGKILL)
            sender.wire.close()

    def clock(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    def kill(self, sender: Sender) -> None:
        os.kill(sender.pid, signal.SIGKILL)
        self.alive.remove(sender)
        # What it had in its last moment is still on its way: the end of this wire is the end of the process.
        sender.wire.settimeout(PATIENCE)
        with suppress(ConnectionResetError):
            while sender.wire.recv(1):
                pass
        sender.wire.close()
        self._gone.append(sender.name)
        self.free_the_gone()
        self.alive.append(self._begin())

    def stop(self, sender: Sender) -> bool:
        """It stands still, as on a machine that is moved to another one. False when it cannot be stopped at this
        moment: in the middle of a write it would hold up the others, however long it takes."""
        os.kill(sender.pid, signal.SIGSTOP)
        try:
            with self.bridge.db.transaction() as connection:
                connection.execute(query(tables.messages.c.id).with_for_update(nowait=True))
        except DatabaseUnavailable:
            os.kill(sender.pid, signal.SIGCONT)
            return False
        self.alive.remove(sender)
        self._stopped.append(sender)
        return True

    def wake(self, sender: Sender) -> None:
        """It is as late for it as it is for the others."""
        sender.set_clock(self.ahead)
        os.kill(sender.pid, signal.SIGCONT)
        self._stopped.remove(sender)
        self.alive.append(sender)

    def free_the_gone(self) -> None:
        """Their leases are over. A database may have heard more of the dead than they lived to know: so it is done
        again whenever all is quiet."""
        messages = tables.messages
        with self.bridge.db.transaction() as connection:
            held = connection.execute(query(messages.c.claim).where(messages.c.claim.is_not(None)).distinct())
            words = [word for word in held.scalars() if word.partition(".")[0] in self._gone]
            past = datetime.now(UTC) - timedelta(days=1)
            connection.execute(update(messages).where(messages.c.claim.in_(words)).values(claimed_until=past))

    def run(
        self,
        deeds: Iterable[Deed],
        dice: random.Random,
        when_idle: Callable[[], object] = lambda: None,
        *,
        only_deeds: bool = False,
    ) -> None:
        """Until all deeds are done, each when its time has come, give or take a moment, and nothing is due any more
        (`only_deeds`: no matter what is due). `when_idle`: what happens whenever nothing can leave at the time."""
        waiting = list(deeds)
        heard_at = time.monotonic()
        while True:
            for sender in self._who_speaks():
                sender.heard()
                heard_at = time.monotonic()
            ready = next((deed for deed in waiting if deed.when()), None)
            if ready:
                waiting.remove(ready)
                time.sleep(dice.random() * _MOMENT)
                ready.do()
                heard_at = time.monotonic()
            elif only_deeds and not waiting:
                return
            elif all(sender.idle for sender in self.alive):
                when_idle()
                self.free_the_gone()
                due = self._next_due()
                if due is not None:
                    # Due and not sent: something rests that is written down elsewhere.
                    step = max(due - self.clock(), timedelta(seconds=10))
                    self.ahead += min(step, FURTHEST)
                elif waiting:
                    waiting.pop(0).do()
                else:
                    return
                for sender in self.alive:
                    sender.set_clock(self.ahead)
                    if sender.idle:
                        sender.go_on()
                assert self.ahead < timedelta(days=1), "something never leaves"
            assert time.monotonic() < heard_at + PATIENCE, "nobody has said anything for too long"

    def _next_due(self) -> datetime | None:
        return next_due(self.bridge, ["send_mail"])

    def _who_speaks(self) -> list[Sender]:
        by_wire = {sender.wire: sender for sender in self.alive}
        speak, _, _ = select.select(list(by_wire), [], [], 0.001)
        return [by_wire[wire] for wire in speak]

    def _begin(self) -> Sender:
        self._born += 1
        return self._nursery.fork(f"sender-{self._born}", self._config, self._connections, self.ahead)


# The program


def main() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    control = socket.socket(fileno=int(sys.argv[1]))
    warm = warm_letters()
    control.sendall(_GO)
    while True:
        order, fds, _, _ = socket.recv_fds(control, 2000, 2)
        if not order:
            return
        pid = os.fork()
        if pid == 0:
            control.close()
            send(socket.socket(fileno=fds[0]), mmap(fds[1], _SECONDS.size), warm, *json.loads(order))
            os._exit(0)
        for fd in fds:
            os.close(fd)
        control.sendall(f"{pid:020}".encode())


def warm_letters() -> Letters:
    """Templates are read and translated before anybody waits for it."""
    warm = letters()
    for language in ("de", "en"):
        for kind in (Kind.JOIN_LINK, Kind.MOVED, Kind.CANCELLED):
            a_letter(kind, language, by=warm)
    return warm


def send(wire: socket.socket, ahead: mmap, warm: Letters, name: str, config: str, connections: int) -> None:
    usual = secrets.token_urlsafe
    secrets.token_urlsafe = lambda nbytes=None: f"{name}.{usual(nbytes)}"

    def clock() -> datetime:
        return datetime.now(UTC) + timedelta(seconds=_SECONDS.unpack_from(ahead)[0])

    settings = load_settings(Path(config), {"ZOOM_BRIDGE__MAIL__CONNECTIONS": str(connections)})
    bridge = assemble(settings, clock)
    bridge = replace(bridge, letters=warm)
    while True:
        try:
            if send_mail.run(bridge, threading.Event()):
                continue
        except DatabaseUnavailable:
            # As the clockwork does it: at the next tick.
            time.sleep(0.05)
            continue
        wire.sendall(_IDLE)
        if not wire.recv(1):
            return


if __name__ == "__main__":
    main()
