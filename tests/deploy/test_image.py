"""What is in an image starts, says that it is well, and stops: installed as the recipe says."""

from pathlib import Path

import pytest

from tests.deploy.container import Container, Image, build
from tests.deploy.known_settings import SERVICES, known

pytestmark = [pytest.mark.slow, pytest.mark.needs_machine]


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_starts_from_its_image_and_writes_nowhere_but_to_its_volume(service: str, tmp_path: Path):
    image, volume, secrets = build(service, tmp_path), tmp_path / "volume", tmp_path / "secrets"
    volume.mkdir()
    secrets.mkdir()
    (secrets / "secret").write_text("0" * 64 + "\n")
    (secrets / "database-url").write_text(f"sqlite:///{volume}/{service}.db\n")
    settings = {
        "SOUNDINGS_LOG_URL": f"sqlite:///{volume}/log.db",
        "SOUNDINGS_JWKS_URL": "https://login.example.gov/keys",
        "SOUNDINGS_SECRET_FILE": str(secrets / "secret"),
        "SOUNDINGS_DATABASE_URL_FILE": str(secrets / "database-url"),
        "SOUNDINGS_SPOOL_DIR": str(volume / "spool"),
    }
    wanted = known(service).names
    mine = {name: value for name, value in settings.items() if name.removesuffix("_FILE") in wanted}
    before = files_of(image)
    with Container(image, volume, mine).running() as container:
        assert container.run("healthcheck.py", "/livez").returncode == 0
        if service == "feedback-api":
            assert container.run("wait_for_spool.py", "0", "30").stdout == "left in the spool: 0\n"
    assert files_of(image) == before
    assert not (image.environment / "bin" / "pytest").exists()


def test_the_toolbox_has_the_command_and_makes_the_first_keys(tmp_path: Path):
    image, volume = build("embedded", tmp_path), tmp_path / "volume"
    for name in ("postgres", "feedback-api", "catalogue-api", "metrics-worker"):
        (volume / "shares" / name).mkdir(parents=True)
    done = Container(image, volume, {}).run("init_secrets.py", str(volume / "home"), str(volume / "shares"))
    assert (done.returncode, done.stderr) == (0, "")
    assert (volume / "shares" / "feedback-api" / "secret").exists()
    assert (image.environment / "bin" / "soundings").exists()


def files_of(image: Image) -> dict[Path, int]:
    return {path: path.lstat().st_mtime_ns for path in image.environment.rglob("*")}
