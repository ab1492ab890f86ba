"""An index of the facts that hold free text, so that retention finds what is due without looking at all the others.

Free text has come first in the data of a fact since then; facts from before get a mark there instead, which goes when
their text does.
"""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_KINDS = {"interaction": ("query", "attributes", "team", "transferred_to"), "response": ("page",)}
_INDEX = """CREATE INDEX fact_words ON fact (source_id, occurred_at, id) WHERE substr(data, 1, 12) <> '{"agency_id"'"""


def upgrade() -> None:
    place = "instr" if op.get_bind().dialect.name == "sqlite" else "strpos"
    for kind, names in _KINDS.items():
        held = " OR ".join(f"""{place}(data, '"{name}":') > 0""" for name in names)
        op.execute(
            f"""UPDATE fact SET data = '{{"words": true,' || substr(data, 2) WHERE kind = '{kind}' AND ({held})"""  # noqa: S608 - made of constants
        )
    op.execute(_INDEX)
