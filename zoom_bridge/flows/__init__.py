"""Gerunds: one file per activity. All change happens here.

A flow takes exactly the powers it uses: `db` means it writes here, `zoom` that it talks to Zoom, `line` that it
sends mail. It opens its own transactions, and none is open while somebody else's computer is waited for."""
