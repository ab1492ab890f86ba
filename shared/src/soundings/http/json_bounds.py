"""Bounds on the structure of JSON, checked before it is parsed: parsing costs time for values, not for bytes."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class JsonBounds:
    """The most objects and lists (``containers``) and commas (``members``) that a body may hold."""

    containers: int
    members: int

    def excess(self, body: bytes) -> str | None:
        """What a body has too much of, in words; None when it is within the bounds.

        Brackets and commas inside strings count too, so the bounds must allow for them. Linear, at memory speed.
        """
        # A body shorter than the bound cannot exceed it; most bodies end here.
        if len(body) <= min(self.containers, self.members):
            return None
        containers = body.count(b"{") + body.count(b"[")
        if containers > self.containers:
            return f"holds {containers} objects and lists; at most {self.containers} are read at once"
        members = body.count(b",")
        if members > self.members:
            return f"holds {members} commas; at most {self.members} are read at once"
        return None


SMALL_JSON = JsonBounds(containers=20_000, members=200_000)
"""For bodies that people and their consoles send."""
BATCH_JSON = JsonBounds(containers=100_000, members=1_000_000)
"""For batches of records: parsing the worst of them takes some 50 ms."""
