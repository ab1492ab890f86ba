"""Alerts, dashboard and runbooks speak of what services really show, and of one another."""

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import httpx
import promql_parser as promql
import pytest
import yaml
from prometheus_client.metrics import MetricWrapperBase

from soundings.telemetry import metrics
from tests.e2e.running import Embedded

ROOT = Path(__file__).resolve().parents[2]
FILES = ROOT / "deploy" / "observability"
RUNBOOKS = ROOT / "docs" / "runbooks"
EVERYWHERE = {"job", "instance"}
"""Labels that Prometheus itself puts on what it reads."""


@cache
def shown() -> dict[str, set[str]]:
    """Every series that services show, with its labels; `up` is Prometheus' own."""
    series: dict[str, set[str]] = {"up": set()}
    for metric in vars(metrics).values():
        if isinstance(metric, MetricWrapperBase):
            labels, name = set(metric._labelnames), metric._name
            ends = {"counter": {"_total": set()}, "gauge": {"": set()}}
            histogram = {"_bucket": {"le"}, "_sum": set(), "_count": set()}
            series |= {name + end: labels | more for end, more in ends.get(metric._type, histogram).items()}
    return {name: labels | EVERYWHERE for name, labels in series.items()}


def rules() -> list[dict]:
    (group,) = yaml.safe_load((FILES / "alerts.yml").read_text())["groups"]
    return group["rules"]


def panels() -> list[dict]:
    return [
        panel
        for panel in json.loads((FILES / "grafana" / "soundings.json").read_text())["panels"]
        if panel["type"] != "row"
    ]


def expressions() -> dict[str, str]:
    asked = {rule["alert"]: rule["expr"] for rule in rules()}
    targets = ((panel["title"], number, target) for panel in panels() for number, target in enumerate(panel["targets"]))
    return asked | {f"{title} {n}": target["expr"].replace("$__rate_interval", "5m") for title, n, target in targets}


def parts(expression: object) -> Iterator[object]:
    """Everything that an expression is made of."""
    yield expression
    for name in ("lhs", "rhs", "expr", "vector_selector", "args", "param"):
        inner = getattr(expression, name, None)
        for part in inner if isinstance(inner, list) else [inner]:
            if part is not None:
                yield from parts(part)


def selectors(expression: str) -> list[promql.VectorSelector]:
    found = [part for part in parts(promql.parse(expression)) if isinstance(part, promql.VectorSelector)]
    assert found, expression
    return found


def kept_labels(expression: str) -> set[str]:
    """The labels that an expression says it keeps, with `by (…)`."""
    modifiers = (getattr(part, "modifier", None) for part in parts(promql.parse(expression)))
    return {label for one in modifiers if isinstance(one, promql.AggModifier) for label in one.labels}


@pytest.mark.parametrize("expression", expressions().values(), ids=expressions())
def test_every_series_and_label_that_is_asked_for_is_shown(expression: str):
    for selector in selectors(expression):
        assert selector.name in shown()
        assert {matcher.name for matcher in selector.matchers.matchers} <= shown()[selector.name]
    known = set[str].intersection(*(shown()[selector.name] for selector in selectors(expression)))
    assert kept_labels(expression) <= known


def test_the_dashboard_shows_every_series():
    asked = {selector.name for one in expressions().values() for selector in selectors(one)}
    families = {re.sub("_(bucket|sum|count)$", "", name) for name in asked}
    assert {re.sub("_(bucket|sum|count)$", "", name) for name in shown()} - families == set()


@pytest.mark.parametrize("panel", panels(), ids=lambda panel: panel["title"])
def test_a_legend_names_labels_that_are_there(panel: dict):
    for target in panel["targets"]:
        legend = set(re.findall(r"{{(\w+)}}", target["legendFormat"]))
        expression = target["expr"].replace("$__rate_interval", "5m")
        assert legend <= (kept_labels(expression) or shown()[selectors(expression)[0].name])
    assert panel["description"].endswith(".")


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule["alert"])
def test_an_alert_says_how_bad_it_is_and_leads_to_its_page(rule: dict):
    assert rule["labels"] == {"severity": rule["labels"]["severity"]}
    assert rule["labels"]["severity"] in {"page", "ticket"}
    assert rule["annotations"]["runbook_url"] == f"docs/runbooks/{rule['alert']}.md"
    spoken = set(re.findall(r"\$labels\.(\w+)", rule["annotations"]["summary"]))
    assert spoken <= (kept_labels(rule["expr"]) or shown()[selectors(rule["expr"])[0].name])


def test_every_alert_has_its_page_and_every_page_its_alert():
    alerts = [rule["alert"] for rule in rules()]
    assert {page.stem for page in RUNBOOKS.glob("*.md")} - {"README"} == set(alerts)
    listed = re.findall(r"\| \[(\w+)\]\((\w+)\.md\) \|", (RUNBOOKS / "README.md").read_text())
    assert listed == [(alert, alert) for alert in alerts]


@pytest.mark.parametrize("page", sorted(RUNBOOKS.glob("Soundings*.md")), ids=lambda page: page.stem)
def test_a_page_answers_the_four_questions_and_its_links_lead_somewhere(page: Path):
    text = page.read_text()
    asked = ["What it means for people", "How to look", "What to do", "When to call for help"]
    assert re.findall("^## (.*)$", text, re.MULTILINE) == asked
    assert text.startswith(f"# {page.stem}: ")
    for link in re.findall(r"\]\(([^)]+)\)", text):
        assert (page.parent / link).is_file(), link
    for title in re.findall(r'On the dashboard, "([^"]+)"', text):
        assert title in {panel["title"] for panel in panels()}
    for name in re.findall(r"`(soundings_\w+)`", text):
        assert name in shown()


@pytest.mark.slow
@pytest.mark.needs_machine
def test_promtool_takes_the_files_and_every_alert_sounds_when_it_should():
    promtool = shutil.which("promtool") or ROOT / ".tools" / "promtool"
    for arguments in (
        ["check", "config", FILES / "prometheus.yml"],
        ["test", "rules", Path(__file__).with_name("alerts_test.yml")],
    ):
        done = subprocess.run([promtool, *arguments], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
    tested = yaml.safe_load(Path(__file__).with_name("alerts_test.yml").read_text())["tests"]
    names = {f"{rule['alert']} {end}" for rule in rules() for end in ("sounds", "is quiet")}
    assert {test["name"] for test in tested} == names


@pytest.mark.slow
def test_a_running_service_shows_every_series(tmp_path: Path):
    house = Embedded(tmp_path / "home")
    try:
        house.start()
        told = httpx.get(house.metrics_page).text
    finally:
        house.close()
    names = set(re.findall(r"^# TYPE (soundings_\w+) ", told, re.MULTILINE))
    families = {re.sub("_(bucket|sum|count)$", "", name) for name in shown()} - {"up"}
    assert {name for name in names if not name.endswith("_created")} == families
    ready = dict(re.findall(r'^soundings_ready{service="(.*)"} (.*)$', told, re.MULTILINE))
    assert ready == dict.fromkeys(("feedback-api", "catalogue-api", "metrics-worker"), "1.0")


def test_the_guide_names_every_metric():
    guide = (ROOT / "docs" / "watching.md").read_text()
    told = set(re.findall(r"`([a-z_]+)`", "".join(line for line in guide.splitlines() if line.startswith("| `"))))
    assert {f"soundings_{name}" for name in told} == {re.sub("_(bucket|sum|count)$", "", name) for name in shown()} - {
        "up"
    }
