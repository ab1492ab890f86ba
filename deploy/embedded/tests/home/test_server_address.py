"""Commands find the server of their home, and no other."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from soundings_embedded.commands.options import DEFAULT_URL, server_url
from soundings_embedded.data_dir_permissions import HomeUnusable
from soundings_embedded.server_address import published_address, served_address

URL = "http://127.0.0.1:8123"


def test_the_address_of_a_home_is_known_while_it_is_served_to_its_owner_only(tmp_path: Path):
    assert served_address(tmp_path) is None
    with published_address(tmp_path, URL):
        assert (tmp_path / "server.json").stat().st_mode & 0o077 == 0
        assert served_address(tmp_path) == URL
        assert server_url(None, tmp_path) == URL
        assert server_url("http://given:1", tmp_path) == "http://given:1"
    assert served_address(tmp_path) is None
    assert server_url(None, tmp_path) == DEFAULT_URL


def test_the_address_of_a_server_that_was_killed_is_not_used(tmp_path: Path):
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    (tmp_path / "server.json").write_text(json.dumps({"url": URL, "pid": ended.pid}))
    assert served_address(tmp_path) is None


NO_ADDRESSES = (
    "",
    "[]",
    "{}",
    '{"url": 1, "pid": 1}',
    '{"url": "x", "pid": 0}',
    '{"url": "x", "pid": 99999999999999999999}',
    f'{{"url": null, "pid": {os.getpid()}}}',
)


@pytest.mark.parametrize("text", NO_ADDRESSES, ids=range(len(NO_ADDRESSES)))
def test_what_is_no_address_is_none(tmp_path: Path, text: str):
    (tmp_path / "server.json").write_text(text)
    assert served_address(tmp_path) is None


def test_a_home_that_is_a_file_is_said(tmp_path: Path):
    home = tmp_path / "home"
    home.write_text("")
    with pytest.raises(HomeUnusable, match="a file stands where a folder should be"):
        server_url(None, home)
