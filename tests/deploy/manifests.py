"""What a chart becomes, as objects that tests can ask."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import cast

import yaml

from tests.deploy.programs import CHART, rendered

Json = dict[str, object]


@dataclass(frozen=True)
class Manifest:
    """One rendered object; `at` walks into it and gives None where there is nothing."""

    body: Json

    @property
    def kind(self) -> str:
        return str(self.body["kind"])

    @property
    def name(self) -> str:
        return str(self.at("metadata", "name"))

    def at(self, *path: str) -> object:
        here: object = self.body
        for step in path:
            here = cast("Json", here).get(step) if isinstance(here, dict) else None
        return here

    def listed(self, *path: str) -> list[Json]:
        return cast("list[Json]", self.at(*path) or [])


@dataclass(frozen=True)
class Workload:
    """Something that runs pods of one container."""

    manifest: Manifest

    @property
    def component(self) -> str:
        return str(self.labels["app.kubernetes.io/component"])

    @property
    def labels(self) -> Mapping[str, str]:
        return cast("dict[str, str]", self.manifest.at("spec", "template", "metadata", "labels"))

    @property
    def pod(self) -> Manifest:
        return Manifest(cast("Json", self.manifest.at("spec", "template", "spec")))

    @property
    def container(self) -> Manifest:
        (container,) = self.pod.listed("containers")
        return Manifest(container)

    @property
    def port(self) -> int:
        return self._port("http")

    @property
    def metrics_port(self) -> int:
        return self._port("metrics")

    def _port(self, name: str) -> int:
        (port,) = [one for one in self.container.listed("ports") if one["name"] == name]
        return int(str(port["containerPort"]))


class Release:
    """The chart with one of the files of values in its ci folder."""

    def __init__(self, values: str, *options: str) -> None:
        texts = rendered("demo", "--values", str(CHART / "ci" / values), *options)
        self.manifests = [Manifest(cast("Json", body)) for text in texts if (body := yaml.safe_load(text))]

    def of(self, kind: str) -> list[Manifest]:
        return [manifest for manifest in self.manifests if manifest.kind == kind]

    @property
    def workloads(self) -> list[Workload]:
        return [Workload(manifest) for kind in ("StatefulSet", "Deployment") for manifest in self.of(kind)]

    def workload(self, component: str) -> Workload:
        return next(one for one in self.workloads if one.component == component)

    def environment(self, workload: Workload) -> Mapping[str, object]:
        """All settings of a container: its own, and those of the ConfigMaps it names."""
        maps = {manifest.name: cast("Json", manifest.at("data")) for manifest in self.of("ConfigMap")}
        named = [
            maps[str(Manifest(source).at("configMapRef", "name"))] for source in workload.container.listed("envFrom")
        ]
        own = {
            str(entry["name"]): entry.get("value", entry.get("valueFrom")) for entry in workload.container.listed("env")
        }
        return {name: value for given in named for name, value in given.items()} | own

    def selecting(self, kind: str, labels: Mapping[str, str], *path: str) -> list[Manifest]:
        """The objects of a kind whose selector at `path` means pods with these labels."""
        return [manifest for manifest in self.of(kind) if chooses(manifest.at(*path), labels)]

    def selecting_from(self, selector: object, kind: str) -> list[Manifest]:
        """The objects of a kind that a selector means."""
        return [one for one in self.of(kind) if chooses(selector, cast("dict[str, str]", one.at("metadata", "labels")))]


def ways_in(ingress: Manifest) -> Mapping[str, tuple[str, str]]:
    """The paths that an Ingress opens at its host, each with its type and the name of the service behind it."""
    (rule,) = ingress.listed("spec", "rules")
    return {
        str(path["path"]): (str(path["pathType"]), str(Manifest(path).at("backend", "service", "name")))
        for path in Manifest(rule).listed("http", "paths")
    }


def is_open(ways: Mapping[str, tuple[str, str]], path: str) -> bool:
    """Whether a path gets through, as networking.k8s.io/v1 matches."""
    return any(
        path == way or (kind == "Prefix" and path.startswith(f"{way.rstrip('/')}/")) for way, (kind, _) in ways.items()
    )


def chooses(selector: object, labels: Mapping[str, str]) -> bool:
    return cast("dict[str, str]", selector).items() <= labels.items()


def flows(policies: Iterable[Manifest], way: str) -> Iterator[tuple[str, int]]:
    """The protocols and ports that policies let through, in or out."""
    for policy in policies:
        for rule in policy.listed("spec", way):
            for port in Manifest(rule).listed("ports"):
                yield str(port["protocol"]), int(str(port["port"]))
