"""What the DNS says of a domain to whoever gets letters from it. Asked by the doctor alone; no letter waits for it."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dns.resolver import Answer


class Silent(Exception):
    """The DNS did not answer, which says nothing about what it would have said."""


class Post(StrEnum):
    """Whether letters to a domain can arrive anywhere."""

    ARRIVES = "arrives"
    REFUSED = "refused"
    NOWHERE = "nowhere"
    NO_SUCH_DOMAIN = "no_such_domain"


@dataclass(frozen=True)
class Names:
    """The DNS as this machine sees it, or as this name server does. `seconds`: as long as each answer may take."""

    server: tuple[str, int] | None = None
    seconds: float = 4.0

    def texts(self, name: str, beginning: str) -> list[str]:
        """The texts at this name that begin so, each in one piece. Raises Silent."""
        texts = (b"".join(record.strings).decode("ascii", "replace") for record in self._ask(name, "TXT") or ())
        return [text for text in texts if text.casefold().startswith(beginning.casefold())]

    def post_to(self, domain: str) -> Post:
        """Raises Silent."""
        ways = self._ask(domain, "MX")
        if ways is None:
            return Post.NO_SUCH_DOMAIN
        if ways:
            return Post.REFUSED if all(str(way.exchange) == "." for way in ways) else Post.ARRIVES
        return Post.ARRIVES if self._ask(domain, "A") or self._ask(domain, "AAAA") else Post.NOWHERE

    def _ask(self, name: str, kind: str) -> "Answer | Sequence[Any] | None":
        """None: the name does not exist."""
        import dns.exception
        import dns.name
        import dns.resolver

        resolver = dns.resolver.Resolver(configure=self.server is None)
        if self.server:
            resolver.nameservers, resolver.port = [self.server[0]], self.server[1]
        resolver.lifetime = self.seconds
        try:
            return resolver.resolve(dns.name.from_text(name), kind)
        except dns.resolver.NXDOMAIN:
            return None
        except dns.resolver.NoAnswer:
            return ()
        except (dns.exception.DNSException, OSError) as error:
            raise Silent(str(error)) from error
