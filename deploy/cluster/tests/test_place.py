"""The directory of a cluster keeps what was chosen once, and secrets to their owner."""

import socket
import stat
from pathlib import Path

import pytest

from soundings_cluster.banner import write_environment
from soundings_cluster.data_dir import check_ports, open_place
from soundings_cluster.errors import PortTaken
from soundings_cluster.services import ServiceEndpoints, service_components


def test_a_second_start_finds_the_same_ports_password_and_token(tmp_path: Path):
    first = open_place(tmp_path / "cluster")
    token, url = first.home.admin_token.read_text(), first.database_url("metrics")
    again = open_place(tmp_path / "cluster")
    assert again == first
    assert (again.home.admin_token.read_text(), again.database_url("metrics")) == (token, url)


def test_what_is_secret_is_for_the_owner_only(tmp_path: Path):
    place = open_place(tmp_path / "cluster")
    write_environment(place, ServiceEndpoints())
    for name in ("secret", "admin.token", "signing-key.json", "postgres.password", "environment"):
        assert stat.S_IMODE((place.path / name).stat().st_mode) == 0o600
    assert stat.S_IMODE(place.folder("spool").stat().st_mode) == 0o700


def test_a_port_that_is_in_use_is_named(tmp_path: Path):
    with socket.create_server(("127.0.0.1", 0)) as other:
        taken = other.getsockname()[1]
        with pytest.raises(PortTaken, match=f"Port {taken}, which feedback-api needs"):
            check_ports([("feedback-api", taken)])


def test_services_are_told_all_they_need_and_nothing_of_our_own_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("SOUNDINGS_FORM_LIMIT", "1/minute")
    place = open_place(tmp_path / "cluster")
    parts = {part.name: part for part in service_components(place, ServiceEndpoints())}
    assert list(parts) == ["feedback-api", "catalogue-api", "metrics-worker-1", "metrics-worker-2"]
    assert {part.environment["SOUNDINGS_LOG_URL"] for part in parts.values()} == {place.log_url}
    assert all("SOUNDINGS_FORM_LIMIT" not in part.environment for part in parts.values())
    assert "SOUNDINGS_SECRET" in parts["feedback-api"].environment
    assert "SOUNDINGS_SECRET" not in parts["metrics-worker-1"].environment
    workers = [part.environment["SOUNDINGS_WORKER_ID"] for name, part in parts.items() if "worker" in name]
    assert len(set(workers)) == 2
