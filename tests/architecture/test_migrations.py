"""The newest migration of each service is told by the name of its file, which must be what Alembic finds in them."""

from importlib.resources import files

import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory

from soundings.db.migrate import newest_revision


@pytest.mark.parametrize("package", ["catalogue_api", "metrics_worker"])
def test_the_files_of_migrations_are_named_by_their_revisions(package):
    config = Config()
    config.set_main_option("script_location", str(files(package) / "migrations"))
    scripts = ScriptDirectory.from_config(config)
    assert newest_revision(package) == scripts.get_current_head()
