"""The soundings command as a person at an agency uses it, against one running server."""

import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from tests.e2e.conftest import MODES
from tests.e2e.running import Embedded, Running

pytestmark = pytest.mark.slow
ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "docs" / "examples"
CASES = """CASE_ENQUIRY_ID,OPEN_DT,CLOSED_DT,REASON,Source
1,01/02/2015 11:00:00 AM,01/02/2015 01:00:00 PM,Recycling,Self Service
2,01/03/2015 11:00:00 AM,,Recycling,Constituent Call
3,01/04/2015 11:00:00 AM,01/03/2015 11:00:00 AM,Recycling,Self Service
4,yesterday,,Recycling,Self Service
"""


@pytest.fixture(scope="module", params=MODES)
def running(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory):
    if request.param == "cluster":
        shared: Running = request.getfixturevalue("cluster")
        yield shared if shared.runs else shared.start()
        return
    one = Embedded(tmp_path_factory.mktemp("commands") / "home")
    one.start()
    yield one
    one.close()


def soundings(running: Running, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "soundings_embedded", *arguments]
    environment = {**running.environment, "COLUMNS": "120", "PATH": "/usr/bin:/bin"}
    return subprocess.run(command, capture_output=True, text=True, check=False, env=environment, timeout=120)


def new_key(running: Running, source: str) -> str:
    answer = httpx.post(
        f"{running.catalogue}/v1/sources/{source}/keys",
        json={},
        headers={"Authorization": f"Bearer {running.token}"},
    )
    return answer.json()["key"]


def test_a_declaration_is_planned_applied_and_then_changes_nothing(running: Running):
    city = str(EXAMPLES / "city.yaml")
    assert "Plan: 11 to create, 0 to change, 0 as they are." in soundings(running, "apply", city, "--dry-run").stdout
    assert "forms/airport-guest-survey: created, published as version 1" in soundings(running, "apply", city).stdout
    again = soundings(running, "apply", city)
    assert again.stdout.endswith("Plan: 0 to create, 0 to change, 11 as they are.\n")


def test_an_import_reports_bad_rows_and_changes_nothing_when_repeated(running: Running, tmp_path: Path):
    soundings(running, "apply", str(EXAMPLES / "city.yaml"))
    key = new_key(running, "city-311")
    file, rejects = tmp_path / "cases.csv", tmp_path / "rejects.csv"
    file.write_text(CASES)
    mapping = str(EXAMPLES / "311-recycling-cart.toml")
    wait_until_known(running, key)
    for _ in range(2):
        done = soundings(
            running, "import", "interactions", str(file), "--map", mapping, "--key", key, "--rejects", str(rejects)
        )
        assert done.returncode == 3
        assert "2 rows accepted, 2 rejected." in done.stdout
        assert "line 4: ended_at:" in done.stderr
        assert "line 5: started_at: 'yesterday' is not a time" in done.stderr
        assert rejects.read_text().splitlines()[0] == "line,field,reason"
        year = {"measure": "requests", "service": "recycling-cart", "from": "2015-01-01", "to": "2016-01-01"}
        assert running.settled(**year)["rows"][0]["distribution"] == {"completed": 1, "open": 1}


def test_a_correction_is_told_and_replaces_when_that_is_asked_for(running: Running, tmp_path: Path):
    soundings(running, "apply", str(EXAMPLES / "city.yaml"))
    key = new_key(running, "city-311")
    file, mapping = tmp_path / "cases.csv", tmp_path / "cases.toml"
    rows = [f"corr-{n},03/0{n}/2014 09:00:00 AM,{n}" for n in range(1, 5)]
    file.write_text("Id,Start,Wait\n" + "\n".join(rows) + "\n")
    mapping.write_text(CORRECTED)
    wait_until_known(running, key)

    def imported(*options: str) -> tuple[int, str]:
        done = soundings(running, "import", "interactions", str(file), "--map", str(mapping), "--key", key, *options)
        return done.returncode, done.stdout + done.stderr

    def waited() -> object:
        running.settled(**period)
        with running.client() as client:
            return client.rows("mean.v1", **period)[0]["sum"]

    period = {"measure": "wait_answered", "service": "recycling-cart", "from": "2014-01-01", "to": "2015-01-01"}
    code, said = imported()
    assert (code, "4 new, 0 corrected, 0 unchanged, 0 refused." in said) == (0, True), said
    code, said = imported()
    assert (code, "0 new, 0 corrected, 4 unchanged, 0 refused." in said) == (0, True), said
    # The second case is corrected, and one comes in addition.
    file.write_text(file.read_text().replace("AM,2", "AM,200") + "corr-5,03/05/2014 09:00:00 AM,5\n")
    code, said = imported()
    assert (code, "1 new, 0 corrected, 3 unchanged, 0 refused." in said) == (3, True), said
    assert "1 rows more say something else" in said
    assert "(line 3)" in said
    assert "--replace" in said
    assert waited() == 15
    code, said = imported("--replace")
    assert (code, "0 new, 1 corrected, 4 unchanged, 0 refused." in said) == (0, True), said
    assert waited() == 213
    code, said = imported()
    assert (code, "0 new, 0 corrected, 5 unchanged, 0 refused." in said) == (0, True), said


CORRECTED = """
kind = "interactions"
time_zone = "America/New_York"
id = "{Id}"
[set]
service_id = "recycling-cart"
kind = "call"
outcome = "answered"
channel = "phone"
[fields]
started_at = { column = "Start", read_as = "time", formats = ["%m/%d/%Y %I:%M:%S %p"] }
wait_s = { column = "Wait", read_as = "duration" }
"""


def wait_until_known(running: Running, key: str) -> None:
    for _ in range(200):
        answer = httpx.post(f"{running.feedback}/v1/interactions", json=[], headers={"Authorization": f"Bearer {key}"})
        if answer.status_code == 202:
            return
    raise AssertionError("the key never became known")


def test_a_wrong_mapping_is_refused_before_anything_is_sent(running: Running, tmp_path: Path):
    file = tmp_path / "cases.csv"
    file.write_text("a,b\n1,2\n")
    mapping = str(EXAMPLES / "311-recycling-cart.toml")
    done = soundings(running, "import", "interactions", str(file), "--map", mapping, "--key", "snd_x")
    assert done.returncode == 1
    assert "the file has no column" in done.stderr


def test_verify_and_rebuild_agree_with_the_facts(running: Running):
    assert "All cells of generation 1 equal" in soundings(running, "verify").stdout
    assert "0 rows differed" in soundings(running, "rebuild").stdout
    assert "All cells of generation 2 equal" in soundings(running, "verify").stdout
    assert "nothing to resume" in soundings(running, "resume").stdout


def test_the_doctor_finds_a_healthy_house_well_and_says_what_to_do_about_another(running: Running, tmp_path: Path):
    done = soundings(running, "doctor")
    assert done.returncode == 0, done.stdout
    assert "LOOK" not in done.stdout
    elsewhere = soundings(running, "doctor", "--home", str(tmp_path / "nowhere"))
    assert elsewhere.returncode == 1
    assert "soundings serve --home" in elsewhere.stdout


def test_a_token_lets_its_bearer_do_what_its_role_may(running: Running):
    token = soundings(running, "token", "--role", "viewer", "--name", "sam").stdout.strip()
    bearer = {"Authorization": f"Bearer {token}"}
    assert httpx.get(f"{running.catalogue}/v1/agencies", headers=bearer).status_code == 200
    refused = httpx.put(f"{running.catalogue}/v1/agencies/other", headers=bearer, json={})
    assert refused.status_code == 403
    assert refused.headers["content-type"] == "application/problem+json"


def test_a_second_server_on_the_same_home_says_that_it_is_in_use(running: Running):
    done = soundings(running, "serve", "--port", "1")
    assert done.returncode == 1
    assert "Another soundings serves from" in done.stderr
