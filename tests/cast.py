"""Who plays in the tests: Olga organises; Anna, Ben and Chiara attend; Mallory forges."""

from zoom_bridge.domain.registration import Attendee

OLGA_NAME, OLGA_EMAIL = "Olga Osterkamp", "olga@example.org"

ANNA = Attendee("Anna", "Albers", "anna@example.org", "de")
BEN = Attendee("Ben", "Brandt", "ben@example.org", "en")
CHIARA = Attendee("Chiara", "Conti", "chiara@example.org", "de")

#: Of what Mallory writes, nothing may ever be taken for markup, a header, a formula or a signature.
MALLORY = Attendee('Mallory"><script>alert(1)</script>', "=?utf-8?q?=0d=0aBcc:?= <b>", "mallory@example.org", "en")

AUDIENCE = (ANNA, BEN, CHIARA)
