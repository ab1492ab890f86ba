"""``soundings apply`` promises what it does: every error before anything is written, then addresses and next steps."""

from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner, Result

from soundings_embedded.__main__ import app
from tests.e2e.conftest import new_town
from tests.e2e.running import Embedded

pytestmark = pytest.mark.slow


def apply(embedded: Embedded, file: Path, *options: str) -> Result:
    words = ["apply", str(file), *options, "--home", str(embedded.home)]
    return CliRunner().invoke(app, words, env={"SOUNDINGS_URL": None})


def declaration(town: str) -> dict[str, dict[str, dict[str, object]]]:
    return {
        "agencies": {town: {"name": {"en": "Town", "es": "Pueblo"}, "time_zone": "America/New_York"}},
        "departments": {f"{town}-works": {"agency_id": town, "name": {"en": "Works"}}},
        "services": {
            f"{town}-permits": {"agency_id": town, "department_id": f"{town}-works", "name": {"en": "Permits"}}
        },
        "sources": {
            f"{town}-web": {
                "agency_id": town, "name": "Web", "kind": "survey", "service_ids": [f"{town}-permits"],
                "accepts": ["responses"], "default_channel": "website",
            }
        },
        "forms": {
            f"{town}-form": {
                "agency_id": town, "service_ids": [f"{town}-permits"], "source_id": f"{town}-web",
                "title": {"en": "Short", "es": "Corto"},
                "questions": [{"id": "overall", "type": "likert", "measure": "satisfaction",
                               "text": {"en": "How was it?"}}],
            }
        },
    }  # fmt: skip


def test_a_dry_run_refuses_what_apply_would_refuse_and_shows_every_error(embedded: Embedded, tmp_path: Path):
    town, file = new_town(), tmp_path / "town.yaml"
    wrong = declaration(town)
    wrong["agencies"][town]["time_zone"] = "Mars/Olympus"
    wrong["sources"][f"{town}-web"]["default_channel"] = "pigeon"
    wrong["standards"] = {f"{town}-s": {"service_id": "nowhere", "metric": "top2.v1", "comparison": ">=", "target": 0.8,
                                        "window": "month", "category": "satisfaction"}}  # fmt: skip
    file.write_text(yaml.safe_dump(wrong))
    for options in (["--dry-run"], []):
        refused = apply(embedded, file, *options)
        assert refused.exit_code == 1, refused.output
        assert f"error: agencies/{town}: time_zone: " in refused.stderr
        assert f"error: sources/{town}-web: default_channel: " in refused.stderr
        assert f"error: standards/{town}-s: service_id: no such service" in refused.stderr
        # What is wrong only because the agency is refused is not said again.
        assert refused.stderr.endswith("3 errors; nothing was changed.\n")
        assert "Plan:" not in refused.stdout
    with embedded.client() as client:
        assert client.get("agencies", town) is None


def test_apply_says_what_is_incomplete_where_pages_are_and_what_comes_next(embedded: Embedded, tmp_path: Path):
    town, file = new_town(), tmp_path / "town.yaml"
    file.write_text(yaml.safe_dump(declaration(town)))
    planned = apply(embedded, file, "--dry-run")
    assert planned.exit_code == 0, planned.output
    assert f"incomplete: forms/{town}-form: questions.0.text: " in planned.stdout
    assert planned.stdout.endswith("Plan: 5 to create, 0 to change, 0 as they are.\n")
    done = apply(embedded, file)
    assert done.exit_code == 0, done.output
    assert f"forms/{town}-form: created, published as version 1" in done.stdout
    assert f"The page of {town}-form: {embedded.base}/f/{town}-form\n" in done.stdout
    assert f"soundings key {town}-web\n" in done.stdout
    again = apply(embedded, file)
    assert again.stdout.endswith("Plan: 0 to create, 0 to change, 5 as they are.\n")
