"""A private post office from Debian's own packages: Postfix takes letters on a port of this machine, passes them on to a
catcher of ours, and puts what comes back into a Maildir; Dovecot opens that over IMAP. Both run in a folder of their own,
as the tests' children, and touch nothing of the system's."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from tests.stories.processes import PATIENCE, answers, free_port
from zoom_bridge.mail.catcher import MailCatcher

_MASTER = Path("/usr/lib/postfix/sbin/master")
_DOVECOT = Path("/usr/sbin/dovecot")

#: Of the domain of the mailbox that letters come back to. Postfix keeps it itself; every other one it passes on.
RETURN_ADDRESS = "returns@back.example.org"
USERNAME, PASSWORD = "returns", "open-sesame"

_MAIN_CF = """\
compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/data
maillog_file = {folder}/postfix.log
maillog_file_prefixes = {folder}
myhostname = relay.example.org
mydestination =
alias_maps =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
smtpd_relay_restrictions = permit_mynetworks, reject
smtp_dns_support_level = disabled
smtp_connection_cache_on_demand = no
parent_domain_matches_subdomains =
relay_domains = example.org
relayhost = [127.0.0.1]:{catcher}
virtual_mailbox_domains = back.example.org
virtual_mailbox_base = {folder}
virtual_mailbox_maps = static:maildir/
virtual_uid_maps = static:{uid}
virtual_gid_maps = static:{gid}
virtual_minimum_uid = 1
"""
# service type private unprivileged chroot wakeup maxproc command
_MASTER_CF = """\
127.0.0.1:{smtp} inet n - n - - smtpd
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
smtp unix - - n - - smtp
relay unix - - n - - smtp
error unix - - n - - error
retry unix - - n - - error
virtual unix - n n - - virtual
proxymap unix - - n - - proxymap
anvil unix - - n - 1 anvil
postlog unix-dgram n - n - 1 postlogd
"""
_DOVECOT_CONF = """\
protocols = imap
base_dir = {folder}/dovecot/base
state_dir = {folder}/dovecot/state
log_path = {folder}/dovecot.log
ssl = no
disable_plaintext_auth = no
auth_failure_delay = 0
listen = 127.0.0.1
first_valid_uid = 1
mail_location = maildir:{folder}/maildir
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={folder}
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {imap}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
service anvil {{
  chroot =
  # Who got the password wrong is not made to wait.
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
"""
_PRIVATE = (
    "active",
    "bounce",
    "corrupt",
    "defer",
    "deferred",
    "flush",
    "hold",
    "incoming",
    "private",
    "saved",
    "trace",
)


def installed() -> bool:
    """Both change to users of their own, which only root can."""
    return _MASTER.exists() and _DOVECOT.exists() and os.geteuid() == 0


class Relay:
    """`catcher` is where letters end that Postfix could deliver; what it refuses comes back."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="zoom-bridge-relay-", dir="/tmp"))
        self.catcher = MailCatcher(self.folder / "caught", port=free_port())
        self.smtp, self.imap = free_port(), free_port()
        self._running: list[subprocess.Popen[bytes]] = []

    def start(self) -> None:
        self.catcher.start()
        self.folder.chmod(0o755)
        nobody, postfix = pwd.getpwnam("nobody"), pwd.getpwnam("postfix")
        values = {
            "folder": self.folder, "catcher": self.catcher.port, "smtp": self.smtp, "imap": self.imap,
            "uid": nobody.pw_uid, "gid": nobody.pw_gid, "password": PASSWORD,
        }  # fmt: skip
        for name in (
            "etc",
            "data",
            "maildir",
            "queue/pid",
            "queue/public",
            "queue/maildrop",
            "dovecot/base",
            "dovecot/state",
        ):
            (self.folder / name).mkdir(parents=True)
        for name in _PRIVATE:
            (self.folder / "queue" / name).mkdir(mode=0o700)
        for path in (self.folder / "data", *((self.folder / "queue" / name) for name in (*_PRIVATE, "public"))):
            os.chown(path, postfix.pw_uid, -1)
        os.chown(self.folder / "maildir", nobody.pw_uid, nobody.pw_gid)
        (self.folder / "etc/main.cf").write_text(_MAIN_CF.format(**values))
        (self.folder / "etc/master.cf").write_text(_MASTER_CF.format(**values))
        (self.folder / "dovecot.conf").write_text(_DOVECOT_CONF.format(**values))
        self._run(str(_MASTER), "-c", str(self.folder / "etc"), "-d")
        self._run(str(_DOVECOT), "-F", "-c", str(self.folder / "dovecot.conf"))
        self.wait_until(lambda: answers(self.smtp) and answers(self.imap), "Postfix and Dovecot to listen")

    def stop(self) -> None:
        for running in self._running:
            running.send_signal(signal.SIGTERM)
        for running in self._running:
            running.wait(PATIENCE)
        self.catcher.stop()
        shutil.rmtree(self.folder)

    def returned(self) -> list[Path]:
        """What has come back so far, as files."""
        return [path for name in ("new", "cur") for path in (self.folder / "maildir" / name).glob("*")]

    def wait_until(self, condition: Callable[[], object], what: str) -> None:
        deadline = time.monotonic() + PATIENCE
        while not condition():
            if time.monotonic() > deadline:
                said = "".join(path.read_text() for path in sorted(self.folder.glob("*.log")))
                raise TimeoutError(f"waited for {what}:\n{said}")
            time.sleep(0.02)

    def _run(self, *command: str) -> None:
        silent = subprocess.DEVNULL
        self._running.append(
            # Who is killed takes them along.
            subprocess.Popen(
                ["setpriv", "--pdeathsig", "TERM", *command],
                stdin=silent,
                stdout=silent,
                stderr=silent,
                start_new_session=True,
            )
        )
