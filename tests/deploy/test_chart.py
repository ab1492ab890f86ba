"""The Helm chart, with everything optional off, with the least that must be given, and with everything on."""

import json
import re
import tomllib
from typing import cast

import kubernetes_validate
import pytest
import yaml

from catalogue_api import bootstrap as catalogue_api
from catalogue_api.settings import Settings as CatalogueSettings
from feedback_api import bootstrap as feedback_api
from feedback_api.settings import FeedbackSettings
from metrics_worker import bootstrap as metrics_worker
from metrics_worker.settings import MetricsSettings
from soundings.access.policy import POLICY, AuthScheme, SourceOrStaff
from soundings.events.topics import MEASURED
from soundings.telemetry.metrics import LAG_EVENTS
from tests.deploy.known_settings import SERVICES, known
from tests.deploy.manifests import Json, Manifest, Release, chooses, flows, is_open, ways_in
from tests.deploy.programs import CHART, ROOT, helm

pytestmark = pytest.mark.needs_machine

CASES = sorted(path.name for path in (CHART / "ci").glob("*-values.yaml"))
EVERYTHING = "everything-values.yaml"
LEAST = "least-values.yaml"
NOTHING = "nothing-optional-values.yaml"
KUBERNETES = "1.33"


@pytest.fixture(scope="module", params=CASES)
def release(request: pytest.FixtureRequest) -> Release:
    return Release(request.param)


@pytest.fixture(scope="module")
def everything() -> Release:
    return Release(EVERYTHING)


@pytest.fixture(scope="module")
def least() -> Release:
    return Release(LEAST)


@pytest.mark.parametrize("values", CASES)
def test_helm_lint_finds_nothing(values: str):
    done = helm("lint", "--strict", "--quiet", str(CHART), "--values", str(CHART / "ci" / values))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "WARNING" not in done.stdout + done.stderr


def test_every_object_is_one_that_kubernetes_takes(release: Release):
    for manifest in release.manifests:
        if manifest.kind != "ServiceMonitor":
            kubernetes_validate.validate(manifest.body, KUBERNETES, strict=True)


def test_one_workload_for_each_service(release: Release):
    assert sorted(workload.component for workload in release.workloads) == sorted(SERVICES)


def test_every_container_is_probed_where_the_services_answer(release: Release):
    for workload in release.workloads:
        paths = {
            probe: workload.container.at(probe, "httpGet", "path")
            for probe in ("startupProbe", "livenessProbe", "readinessProbe")
        }
        assert paths == {"startupProbe": "/livez", "livenessProbe": "/livez", "readinessProbe": "/readyz"}


def test_every_container_is_bounded(release: Release):
    for workload in release.workloads:
        assert workload.container.at("resources", "limits", "memory")
        assert workload.container.at("resources", "requests", "cpu")
        assert workload.container.at("resources", "requests", "memory")


def test_every_pod_keeps_to_the_restricted_standard(release: Release):
    for workload in release.workloads:
        assert workload.pod.at("securityContext", "runAsNonRoot") is True
        assert workload.pod.at("securityContext", "seccompProfile", "type") == "RuntimeDefault"
        assert workload.pod.at("automountServiceAccountToken") is False
        assert workload.container.at("securityContext") == {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }
        allowed = {"name", "emptyDir", "configMap", "secret"}
        assert all(volume.keys() <= allowed for volume in workload.pod.listed("volumes"))


def test_the_user_is_that_of_the_images(release: Release):
    (user,) = set(re.findall(r"USER ([1-9]\d+):", (ROOT / "deploy/docker/Dockerfile").read_text()))
    assert {str(workload.pod.at("securityContext", "runAsUser")) for workload in release.workloads} == {user}


def test_every_setting_is_known_and_every_required_one_is_given(release: Release):
    for workload in release.workloads:
        given, asked = release.environment(workload), known(workload.component)
        others = {name for name in given if not name.startswith("OTEL_RESOURCE")}
        assert others <= asked.names
        assert asked.required <= given.keys()
        assert given["SOUNDINGS_PORT"] == str(workload.port) == str(asked.port)
        assert given["SOUNDINGS_METRICS_PORT"] == str(workload.metrics_port)


def test_no_secret_is_written_down(release: Release):
    secret = {"SOUNDINGS_SECRET", "SOUNDINGS_DATABASE_URL", "SOUNDINGS_KAFKA_USERNAME", "SOUNDINGS_KAFKA_PASSWORD"}
    assert release.of("Secret") == []
    for workload in release.workloads:
        for name, value in release.environment(workload).items():
            if name in secret:
                assert isinstance(value, dict)
                assert value.keys() == {"secretKeyRef"}


def test_every_mount_has_its_volume(release: Release):
    for workload in release.workloads:
        claims = {
            str(Manifest(claim).at("metadata", "name"))
            for claim in workload.manifest.listed("spec", "volumeClaimTemplates")
        }
        volumes = {str(volume["name"]) for volume in workload.pod.listed("volumes")} | claims
        assert {mount["name"] for mount in workload.container.listed("volumeMounts")} == volumes


def test_every_service_reaches_its_pods_and_the_pods_are_told_apart(release: Release):
    for workload in release.workloads:
        found = release.selecting("Service", workload.labels, "spec", "selector")
        assert [service.name for service in found if service.at("spec", "clusterIP") is None] == [
            f"demo-soundings-{workload.component}"
        ]
        assert chooses(workload.manifest.at("spec", "selector", "matchLabels"), workload.labels)
    names = [(manifest.kind, manifest.name) for manifest in release.manifests]
    assert len(names) == len(set(names))


def test_the_spool_lies_on_a_volume_that_outlives_the_pod(release: Release):
    listening = release.workload("feedback-api")
    (claim,) = listening.manifest.listed("spec", "volumeClaimTemplates")
    (mount,) = [one for one in listening.container.listed("volumeMounts") if one["name"] == "spool"]
    assert Manifest(claim).name == "spool"
    assert str(release.environment(listening)["SOUNDINGS_SPOOL_DIR"]).startswith(f"{mount['mountPath']}/")
    kept = listening.manifest.at("spec", "persistentVolumeClaimRetentionPolicy")
    assert kept == {"whenDeleted": "Retain", "whenScaled": "Retain"}


def test_a_pod_that_goes_has_the_time_to_drain(release: Release):
    listening = release.workload("feedback-api")
    command = listening.container.at("lifecycle", "preStop", "exec", "command")
    assert isinstance(command, list)
    assert command[:2] == ["python", "/opt/container/wait_for_spool.py"]
    assert int(str(listening.pod.at("terminationGracePeriodSeconds"))) > sum(map(int, command[2:]))


@pytest.mark.parametrize(("values", "kafka"), [(LEAST, 9092), (EVERYTHING, 9093)])
def test_each_pod_may_speak_to_whom_it_must_and_to_nobody_else(values: str, kafka: int):
    release = Release(values)
    # 443: with the least the keys of tokens are at the provider, with everything those of a further issuer.
    everywhere = {("UDP", 53), ("TCP", 53), ("TCP", kafka), ("TCP", 443)}
    everywhere |= set() if values == LEAST else {("TCP", 4318)}
    for workload in release.workloads:
        own = release.selecting("NetworkPolicy", workload.labels, "spec", "podSelector", "matchLabels")
        database = set() if workload.component == "feedback-api" else {("TCP", 5432)}
        assert set(flows(own, "egress")) == everywhere | database
        watched = {("TCP", workload.metrics_port)} if values == EVERYTHING else set()
        assert set(flows(own, "ingress")) == {("TCP", workload.port)} | watched
        assert all(policy.at("spec", "policyTypes") == ["Ingress", "Egress"] for policy in own)
        assert any(not policy.at("spec", "ingress") and not policy.at("spec", "egress") for policy in own)


def test_who_may_come_in_is_said_by_name(everything: Release):
    for policy in everything.of("NetworkPolicy"):
        for rule in policy.listed("spec", "ingress"):
            assert rule["from"]


def test_disruptions_take_one_pod_at_a_time(least: Release):
    for workload in least.workloads:
        (budget,) = least.selecting("PodDisruptionBudget", workload.labels, "spec", "selector", "matchLabels")
        assert budget.at("spec", "maxUnavailable") == 1


def test_workers_scale_on_what_waits_up_to_one_for_each_partition(everything: Release):
    scalers = {scaler.name: scaler for scaler in everything.of("HorizontalPodAutoscaler")}
    scaler = scalers["demo-soundings-metrics-worker"]
    (metric,) = scaler.listed("spec", "metrics")
    assert Manifest(metric).at("external", "metric", "name") == next(iter(LAG_EVENTS.describe())).name
    assert scaler.at("spec", "maxReplicas") == MEASURED[0].partitions
    assert "replicas" not in everything.workload("metrics-worker").manifest.body["spec"]  # type: ignore[operator]


def test_more_workers_than_partitions_are_refused():
    limit = MEASURED[0].partitions
    for name in ("replicas", "autoscaling.maxReplicas"):
        setting = f"metricsWorker.{name}={limit + 1}"
        done = helm("template", "demo", str(CHART), "--values", str(CHART / "ci" / LEAST), "--set", setting)
        assert done.returncode != 0
        assert f"want {limit}" in done.stderr


@pytest.mark.parametrize(
    ("setting", "words"),
    [
        ("log.url=", "log.url is needed"),
        ("tokens.jwksUrl=", "tokens.jwksUrl or tokens.jwksConfigMap is needed"),
        ("tokens.jwksConfigMap=keys", "not both"),
        ("tokens.jwksUrl=http://plain.example.gov", "does not match pattern"),
        ("log.url=kafka://user:password@host", "does not match pattern"),
        ("secret.existingSecret=", "secret.existingSecret is needed"),
        ("databases.catalogue.existingSecret=", "databases.catalogue.existingSecret is needed"),
        ("databases.metrics.existingSecret=", "databases.metrics.existingSecret is needed"),
        ("serviceMonitor.enabled=true", "networkPolicy.monitoringFrom"),
        ("ingress.enabled=true", "give a host to at least one"),
        ("ingress.enabled=true,ingress.public.host=a.gov,ingress.catalogue.host=a.gov", "needs a host of its own"),
        ("ingress.enabled=true,ingress.public.host=https://a.gov", "does not match pattern"),
        ("feedbackApi.formLimit=600 per fortnight", "does not match pattern"),
        ("feedbackApi.replica=3", "additional properties 'replica' not allowed"),
    ],
)
def test_what_is_missing_or_wrong_is_said_before_anything_starts(setting: str, words: str):
    done = helm("template", "demo", str(CHART), "--values", str(CHART / "ci" / LEAST), "--set", setting)
    assert done.returncode != 0
    assert words in done.stderr


def paths_by_access(service: str) -> dict[str, set[object]]:
    """Every path of a service's API, filled in, with who may use it."""
    shared = {"SOUNDINGS_LOG_URL": "sqlite:////log", "SOUNDINGS_JWKS_URL": "file:///jwks"}
    database = {"SOUNDINGS_DATABASE_URL": "sqlite:////database"}
    app = {
        "feedback-api": lambda: feedback_api.build_app(
            FeedbackSettings.from_environment({**shared, "SOUNDINGS_SECRET": "s" * 32})
        ),
        "catalogue-api": lambda: catalogue_api.build(CatalogueSettings.from_environment({**shared, **database})),
        "metrics-worker": lambda: metrics_worker.build_app(MetricsSettings.from_environment({**shared, **database})),
    }[service]()
    paths = cast("dict[str, dict[str, Json]]", app.openapi()["paths"])
    return {
        re.sub(r"\{[^}]+\}", "x", path): {POLICY[str(one["operationId"])] for one in operations.values()}
        for path, operations in paths.items()
    }


def test_each_door_lets_in_what_it_is_for_and_no_more(everything: Release):
    doors = {one.name.removeprefix("demo-soundings-"): ways_in(one) for one in everything.of("Ingress")}
    for path, access in paths_by_access("feedback-api").items():
        assert is_open(doors["public"], path) is (access == {AuthScheme.PUBLIC}), path
        from_sources = any(one is AuthScheme.SOURCE or isinstance(one, SourceOrStaff) for one in access)
        assert is_open(doors["senders"], path) is (from_sources or path.startswith("/v1/connectors/")), path
        assert is_open(doors["officers"], path) or access == {AuthScheme.PUBLIC}, path
    for door, service in (("catalogue", "catalogue-api"), ("metrics", "metrics-worker")):
        assert all(is_open(doors[door], path) for path in paths_by_access(service))
    for ways in doors.values():
        assert not any(is_open(ways, path) for path in ("/metrics", "/livez", "/readyz", "/"))


def test_each_door_leads_to_its_service_under_its_own_name(everything: Release):
    behind = {"catalogue": "catalogue-api", "metrics": "metrics-worker"}
    for ingress in everything.of("Ingress"):
        service = f"demo-soundings-{behind.get(ingress.name.removeprefix('demo-soundings-'), 'feedback-api')}"
        assert {name for _, name in ways_in(ingress).values()} == {service}
        (port,) = next(one for one in everything.of("Service") if one.name == service).listed("spec", "ports")
        assert port["name"] == "http"
        assert ingress.at("spec", "ingressClassName") == "nginx"
        (tls,) = ingress.listed("spec", "tls")
        assert tls["hosts"] == [ingress.listed("spec", "rules")[0]["host"]]
        assert ingress.at("metadata", "annotations", "nginx.ingress.kubernetes.io/proxy-body-size") == "8m"
    addresses = everything.environment(everything.workload("catalogue-api"))
    assert addresses["SOUNDINGS_PUBLIC_FEEDBACK_URL"] == "https://feedback.example.gov"


def test_a_door_without_a_host_stays_closed():
    found = Release(LEAST, "--set", "ingress.enabled=true", "--set", "ingress.public.host=feedback.example.gov")
    (ingress,) = found.of("Ingress")
    assert ingress.name == "demo-soundings-public"
    assert ingress.at("spec", "tls") is None


def test_prometheus_calls_the_jobs_as_the_alerts_do(everything: Release):
    (monitor,) = everything.of("ServiceMonitor")
    label = str(monitor.at("spec", "jobLabel"))
    services = everything.selecting_from(monitor.at("spec", "selector", "matchLabels"), "Service")
    jobs = {Manifest(cast("Json", service.at("metadata", "labels"))).at(label) for service in services}
    (named,) = re.findall(r'up\{job=~"([^"]+)"\}', (ROOT / "deploy/observability/alerts.yml").read_text())
    assert jobs == set(SERVICES) <= set(named.split("|"))


def test_metrics_are_shown_inside_the_cluster_only_and_where_prometheus_looks(everything: Release):
    (monitor,) = everything.of("ServiceMonitor")
    assert [one["port"] for one in monitor.listed("spec", "endpoints")] == ["metrics"]
    for service in everything.of("Service"):
        shown = [port["name"] for port in service.listed("spec", "ports")]
        assert shown == (["metrics"] if service.name.endswith("-metrics") else ["http"])
        assert not service.name.endswith("-metrics") or service.at("spec", "clusterIP") == "None"


def test_what_is_off_is_not_there():
    kinds = {manifest.kind for manifest in Release(NOTHING).manifests}
    assert kinds == {"ConfigMap", "Service", "StatefulSet", "Deployment"}


def test_a_change_of_settings_starts_new_pods(least: Release):
    other = Release(LEAST, "--set", "tokens.audience=soundings")
    for workload in least.workloads:
        path = ("spec", "template", "metadata", "annotations")
        assert workload.manifest.at(*path) != other.workload(workload.component).manifest.at(*path)


def test_the_schema_knows_every_value_that_the_chart_has():
    schema = json.loads((CHART / "values.schema.json").read_text())
    values = yaml.safe_load((CHART / "values.yaml").read_text())
    assert values.keys() | {"global"} == schema["properties"].keys()


def test_the_versions_are_those_of_the_project():
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    chart = yaml.safe_load((CHART / "Chart.yaml").read_text())
    assert (chart["version"], chart["appVersion"]) == (version, version)
