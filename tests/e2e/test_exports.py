"""What was said and measured comes out as a file: every page, every figure, nothing that runs in a spreadsheet."""

import csv
from pathlib import Path

import pytest
from typer.testing import CliRunner

from soundings_embedded.__main__ import app
from tests.e2e.conftest import declare, new_town, until_known
from tests.e2e.running import Embedded

pytestmark = pytest.mark.slow

ANSWERS = 230  # more than one page


def export(embedded: Embedded, what: str, file: Path, *options: str) -> list[dict[str, str]]:
    place = ["--url", embedded.base, "--home", str(embedded.home)]
    done = CliRunner().invoke(app, ["export", what, str(file), *options, *place])
    assert done.exit_code == 0, done.output
    return list(csv.DictReader(file.read_text("utf-8-sig").splitlines()))


def test_responses_and_figures_are_exported_whole(embedded: Embedded, tmp_path: Path):
    town = new_town()
    service = {"service": f"{town}-permits", "from": "2026-01-01", "to": "2027-01-01"}
    with embedded.client() as client:
        key = declare(client, town)
        said = [
            {"id": f"r{n}", "form_id": f"{town}-short", "occurred_at": "2026-03-05T12:00:00-05:00",
             "answers": {"overall": 1 + n % 5, "comment": "=cmd()"}}
            for n in range(ANSWERS)
        ]  # fmt: skip
        until_known(embedded, key)
        assert client.send("responses", said, key).accepted == ANSWERS
        embedded.settled(measure="satisfaction", **service)
        (row,) = client.rows("mean.v1", measure="satisfaction", **service)
    where = [word for name, value in service.items() for word in ("--where", f"{name}={value}")]
    responses = export(embedded, "responses", tmp_path / "said.csv", *where)
    assert sorted(one["id"] for one in responses) == sorted(f"r{n}" for n in range(ANSWERS))
    assert {one["comments.comment"] for one in responses} == {"'=cmd()"}
    (figure,) = export(
        embedded, "metrics", tmp_path / "mean.csv", "--metric", "mean.v1", "--where", "measure=satisfaction", *where
    )
    assert (float(figure["value"]), int(figure["n"])) == (row["value"], ANSWERS)
