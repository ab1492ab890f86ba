"""docker-compose.yml: as its schema says, with settings that services know, and with nothing secret or open in it."""

import re
from collections.abc import Iterable, Mapping
from typing import cast

import pytest
import yaml
from jsonschema import Draft201909Validator

from tests.deploy.known_settings import SERVICES, known
from tests.deploy.programs import ROOT, compose_schema

Json = dict[str, object]
TEXT = (ROOT / "docker-compose.yml").read_text()
FILE = cast("Json", yaml.safe_load(TEXT))
PARTS = cast("dict[str, Json]", FILE["services"])
RUN_ONCE = {"first-start", "soundings"}
STAY = PARTS.keys() - RUN_ONCE
OF_SERVICE = {part: next(name for name in SERVICES if part.startswith(name)) for part in STAY - {"kafka", "postgres"}}


def environment(part: str) -> Mapping[str, str]:
    return cast("dict[str, str]", PARTS[part].get("environment", {}))


def words(part: str, key: str) -> list[str]:
    return cast("list[str]", PARTS[part].get(key, []))


def settings(part: str) -> set[str]:
    """What the program in the container is given, from files or not."""
    return {name.removesuffix("_FILE") for name in environment(part)}


def mounts(part: str) -> Mapping[str, str]:
    return dict(volume.split(":")[:2] for volume in words(part, "volumes"))


@pytest.mark.needs_machine
def test_it_is_as_the_schema_of_compose_files_says():
    body = {key: value for key, value in FILE.items() if key != "name"}  # younger than this edition of the schema
    assert [error.message for error in Draft201909Validator(compose_schema()).iter_errors(body)] == []


def test_every_service_is_there_and_two_workers():
    assert sorted(OF_SERVICE.values()) == sorted([*SERVICES, "metrics-worker"])


@pytest.mark.parametrize("part", sorted(OF_SERVICE))
def test_every_setting_is_known_and_every_required_one_is_given(part: str):
    asked = known(OF_SERVICE[part])
    assert asked.required <= settings(part) <= asked.names
    assert PARTS[part]["image"] == f"soundings/{OF_SERVICE[part]}:0.1.0"
    assert cast("Json", PARTS[part]["build"])["target"] == OF_SERVICE[part]


def test_the_workers_are_told_apart():
    names = [environment(part)["SOUNDINGS_WORKER_ID"] for part in sorted(STAY) if part.startswith("metrics-worker")]
    assert len(set(names)) == 2


def test_doors_are_those_of_the_services_and_open_to_this_machine_only():
    doors = sorted(door for part in PARTS for door in words(part, "ports"))
    ports = sorted(known(name).port for name in SERVICES)
    assert doors == [f"127.0.0.1:{port}:{port}" for port in ports]


def test_kafka_and_postgres_have_no_way_out():
    networks = cast("dict[str, Json]", FILE["networks"])
    assert networks["inside"]["internal"] is True
    assert words("kafka", "networks") == words("postgres", "networks") == ["inside"]


@pytest.mark.parametrize("part", sorted(PARTS))
def test_every_container_has_few_rights_and_bounds(part: str):
    body = PARTS[part]
    assert body["cap_drop"] == ["ALL"]
    assert body["security_opt"] == ["no-new-privileges:true"]
    assert body["mem_limit"]
    assert body["pids_limit"]
    assert body.get("read_only") is (None if part == "kafka" else True)
    assert re.search(r":\d+\.\d+(\.\d+)?(-\w+)?$", str(body["image"]))


def test_what_stays_is_started_again_and_asked_how_it_is():
    for part in STAY:
        assert PARTS[part]["restart"] == "unless-stopped"
        assert cast("Json", PARTS[part]["healthcheck"])["test"]
    for part in RUN_ONCE:
        assert PARTS[part]["restart"] == "no"


def test_each_part_waits_until_what_it_needs_is_well():
    for part, body in PARTS.items():
        for other, how in cast("dict[str, Json]", body.get("depends_on", {})).items():
            wanted = "service_completed_successfully" if other in RUN_ONCE else "service_healthy"
            assert how == {"condition": wanted}, part
    for part in OF_SERVICE:
        needs = {"first-start", "kafka"} | ({"postgres"} if "SOUNDINGS_DATABASE_URL" in settings(part) else set())
        assert cast("Json", PARTS[part]["depends_on"]).keys() == needs


def test_every_volume_is_declared_and_used():
    named = {name for part in PARTS for name in mounts(part) if not name.startswith(".")}
    assert named == cast("Json", FILE["volumes"]).keys()


def test_each_part_reads_its_own_share_only():
    for part in PARTS.keys() - {"first-start"}:
        shares = {name for name in mounts(part) if name.startswith("for-")}
        service = {"soundings": "metrics-worker"}.get(part, OF_SERVICE.get(part, part))
        assert shares == (set() if part == "kafka" else {f"for-{service}"})
        assert all(volume.endswith(":ro") for volume in words(part, "volumes") if volume.startswith("for-"))


def test_what_must_outlive_a_container_lies_on_a_volume():
    assert mounts("feedback-api")["spool"] == environment("feedback-api")["SOUNDINGS_SPOOL_DIR"]
    assert mounts("kafka")["kafka"] == environment("kafka")["KAFKA_LOG_DIRS"]
    assert "postgres" in mounts("postgres")


def test_nothing_secret_stands_in_the_file():
    def values(part: str) -> Iterable[tuple[str, str]]:
        return ((name, str(value)) for name, value in environment(part).items())

    for part in PARTS:
        for name, value in values(part):
            if re.search(r"PASSWORD|SECRET|TOKEN|DATABASE", name):
                assert name.endswith("_FILE")
                assert value.startswith("/run/soundings/")
    assert not re.search(r"://[^/\s]*:[^/\s]*@", TEXT)


def test_kafka_is_the_one_that_the_tests_use():
    pom = (ROOT / "deploy" / "kafka" / "pom.xml").read_text()
    (version,) = re.findall(r"<kafka.version>([\d.]+)<", pom)
    assert PARTS["kafka"]["image"] == f"apache/kafka:{version}"
