"""The recipe of the images: what hadolint asks for, and what an orchestrator and an auditor ask for."""

import re
import subprocess
import tomllib
from fnmatch import fnmatch

from tests.deploy.known_settings import SERVICES, known
from tests.deploy.programs import ROOT, hadolint
from tests.deploy.recipe import DOCKERFILE, STAGES, TEXT

IMAGES = {name: STAGES[name] for name in (*SERVICES, "embedded")}


def test_hadolint_finds_nothing_at_all():
    done = subprocess.run([hadolint(), str(DOCKERFILE)], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")


def test_the_base_is_slim_and_pinned_to_a_patch():
    assert re.search(r"^ARG BASE=python:3\.11\.\d+-slim-bookworm$", TEXT, re.MULTILINE)
    assert {stage.parent for stage in STAGES.values()} - STAGES.keys() == {"${BASE}"}


def test_uv_is_the_one_that_the_makefile_uses():
    assert re.findall(r"uv==([\d.]+)", TEXT) == re.findall(r"uv==([\d.]+)", (ROOT / "Makefile").read_text())


def test_every_image_installs_exactly_what_is_locked():
    for name in IMAGES:
        package = {"embedded": "soundings-embedded"}.get(name, name)
        syncs = [run for run in STAGES[f"build-{name}"].all("RUN") if "uv sync" in run]
        assert len(syncs) == 2
        for sync in syncs:
            assert {"--frozen", "--no-dev", f"--package {package}"} <= set(re.findall(r"--package \S+|--\S+", sync))
        assert "--no-editable" in syncs[-1]


def test_no_image_runs_as_root_or_has_a_way_to_install_more():
    for stage in IMAGES.values():
        assert re.fullmatch(r"[1-9]\d+:[1-9]\d+", stage.all("USER")[-1])
        runs = " ".join(stage.all("RUN"))
        assert "pip uninstall" in runs
        assert not re.search(r"apt-get|apk|curl|wget|gcc|pip install", runs)


def test_every_image_says_how_it_is_stopped_asked_and_named():
    for name, stage in IMAGES.items():
        assert stage.all("STOPSIGNAL") == ["SIGTERM"]
        assert "healthcheck.py" in stage.all("HEALTHCHECK")[-1]
        labels = " ".join(stage.all("LABEL"))
        for label in ("title", "description", "version", "revision", "licenses", "vendor"):
            assert f"org.opencontainers.image.{label}=" in labels, name


def test_every_service_listens_where_its_settings_say():
    for name in SERVICES:
        port = str(known(name).port)
        assert IMAGES[name].all("EXPOSE") == [f"{port} {int(port) + 1000}"]
        assert f"SOUNDINGS_PORT={port}" in " ".join(IMAGES[name].all("ENV"))


def test_every_setting_in_an_image_is_one_that_the_service_knows():
    for name in SERVICES:
        given = set(re.findall(r"(SOUNDINGS_\w+)=", " ".join(IMAGES[name].all("ENV"))))
        assert given <= known(name).names


def test_the_version_is_that_of_the_project():
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    assert f"ARG VERSION={version}\n" in TEXT
    assert set(re.findall(r"soundings/[\w-]+:([\w.]+)", TEXT)) == {version}


def test_nothing_but_what_is_built_from_leaves_the_machine():
    kept = [line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")]
    assert "*" in (ROOT / ".dockerignore").read_text().splitlines()
    sources = [
        word
        for stage in STAGES.values()
        for name, rest in stage.lines
        if name == "COPY" and "--from" not in rest
        for word in rest.split()[:-1]
    ]
    for source in sources:
        assert (ROOT / source).exists(), source
        assert any(_covers(pattern, source) for pattern in kept), source


def _covers(pattern: str, source: str) -> bool:
    return all(fnmatch(name, mask) for mask, name in zip(pattern.split("/"), source.split("/"), strict=False))
