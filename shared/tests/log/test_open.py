import pytest

from soundings.log.factory import BadLogUrl, open_log
from soundings.log.sqlite import SqliteLog


async def test_a_path_opens_a_file(tmp_path):
    log = await open_log(f"sqlite:///{tmp_path}/log.db?max_bytes=1000000")
    assert isinstance(log, SqliteLog)
    assert (tmp_path / "log.db").exists()
    await log.close_log()


@pytest.mark.parametrize(
    "url",
    [
        "sqlite://",
        "sqlite:///",
        "sqlite://host/log.db",
        "sqlite:///log.db?colour=red",
        "sqlite:///log.db?max_bytes=much",
        "postgresql://host/log",
        "log.db",
        "",
        "kafka://",
        "kafka://host:9092?colour=red",
    ],
)
async def test_a_url_that_names_no_log_is_refused(url):
    with pytest.raises(BadLogUrl):
        await open_log(url)
