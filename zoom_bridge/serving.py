"""The pages under gunicorn, for `zoom-bridge serve`. In a thread of this process waitress does it (`listening.py`)."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from gunicorn.app.base import BaseApplication

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication


class Pages(BaseApplication):  # type: ignore[misc]
    """`load` makes the application, once in each process."""

    def __init__(
        self, host: str, port: int, processes: int, threads: int, load: Callable[[], "WSGIApplication"]
    ) -> None:
        self._wanted = {
            "bind": f"{host}:{port}",
            "workers": processes,
            "threads": threads,
            "worker_class": "gthread",
            "graceful_timeout": 20,
            "keepalive": 5,
            # Which proxies may say where a request came from is configured in one place (web.trusted_proxies). gunicorn
            # itself believes nobody: anybody could send a SCRIPT_NAME, and our links would begin with it.
            "forwarded_allow_ips": "",
            "control_socket_disable": True,
        }
        self._load = load
        super().__init__()

    def load_config(self) -> None:
        for name, value in self._wanted.items():
            self.cfg.set(name, value)

    def load(self) -> "WSGIApplication":
        return self._load()
