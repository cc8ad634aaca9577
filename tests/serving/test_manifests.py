"""The files for Kubernetes and Ray Serve fit their schemas, and name what there is."""

from __future__ import annotations

import importlib
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import kubernetes_validate
import pytest
import yaml
from typer.main import get_command

from rag.settings import SettingsFile
from ui.api import model_server
from ui.cli import app

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / ".ci" / "kubernetes"
KUSTOMIZATION = yaml.safe_load((FOLDER / "kustomization.yaml").read_text())
RAY = yaml.safe_load((ROOT / ".ci" / "ray" / "models.yaml").read_text())
# The oldest that is still mended by its makers, and the newest that the schemas know.
VERSIONS = ("1.34", "1.37")


def manifests() -> Iterator[dict[str, Any]]:
    for name in KUSTOMIZATION["resources"]:
        yield from yaml.safe_load_all((FOLDER / name).read_text(encoding="utf-8"))


def of_kind(*kinds: str) -> list[dict[str, Any]]:
    return [each for each in manifests() if each["kind"] in kinds]


def pods() -> list[dict[str, Any]]:
    return [each["spec"]["template"]["spec"] for each in of_kind("Deployment", "StatefulSet")]


def containers() -> list[dict[str, Any]]:
    return [each for pod in pods() for key in pod if "ontainers" in key for each in pod[key]]


@pytest.mark.parametrize("version", VERSIONS)
def test_every_manifest_fits_the_schema(version: str) -> None:
    for manifest in manifests():
        kubernetes_validate.validate(manifest, version, strict=True)


def test_a_mistake_in_a_manifest_is_found() -> None:
    [deployment] = of_kind("Deployment")
    deployment["spec"]["replica"] = 2
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(deployment, VERSIONS[0], strict=True)


def test_all_files_are_applied() -> None:
    there = {path.name for path in FOLDER.glob("*.yaml")} - {"kustomization.yaml"}
    assert there == set(KUSTOMIZATION["resources"])


def test_nothing_runs_as_root_or_writes_into_its_image() -> None:
    for pod in pods():
        assert pod["securityContext"]["runAsNonRoot"] is True
        assert pod["securityContext"]["runAsUser"] == 10001
        assert pod["automountServiceAccountToken"] is False
    for container in containers():
        confined = container["securityContext"]
        assert confined["readOnlyRootFilesystem"] is True
        assert confined["allowPrivilegeEscalation"] is False
        assert confined["capabilities"]["drop"] == ["ALL"]


def test_probes_ask_places_that_there_are_and_reach_them() -> None:
    serving = {"dateline": {"/healthz", "/readyz"}, "models": {model_server.HEALTH}}
    for container in containers():
        ports = {port["name"] for port in container.get("ports", ())}
        probes = [value for key, value in container.items() if key.endswith("Probe")]
        for probe in probes:
            assert probe["httpGet"]["path"] in serving[container["name"]]
            assert probe["httpGet"]["port"] in ports
        assert len(probes) == (3 if ports else 0)


def test_the_commands_have_their_options() -> None:
    commands = get_command(app).commands
    for container in containers():
        words = [word for word in container["args"] if word != "-v"]
        if "command" not in container:
            known = {option for p in commands[words[0]].params for option in p.opts}
            assert {word for word in words if word.startswith("--")} <= known


def test_what_is_secret_comes_from_the_secret() -> None:
    [secret] = of_kind("Secret")
    wanted = [
        item["valueFrom"]["secretKeyRef"]["key"]
        for container in containers()
        for item in container["env"]
        if "valueFrom" in item
    ]
    assert set(wanted) == set(secret["stringData"])
    assert all("CHANGE-ME" in value for value in secret["stringData"].values())


def test_variables_are_those_of_the_program() -> None:
    known = set(re.findall(r"DATELINE_\w+", (ROOT / "docs/reference/settings.md").read_text()))
    known |= {"DATELINE_MODELS_TOKEN", "FORWARDED_ALLOW_IPS", "ADMIN_PASSWORD"}
    assert {item["name"] for each in containers() for item in each["env"]} <= known


def test_the_settings_are_read_and_name_the_models_pods(tmp_path: Path) -> None:
    [settings] = of_kind("ConfigMap")
    path = tmp_path / "dateline.toml"
    path.write_text(settings["data"]["dateline.toml"])
    found = SettingsFile.read(path)
    [models] = of_kind("StatefulSet")
    port = models["spec"]["template"]["spec"]["containers"][0]["ports"][0]["containerPort"]
    name, count = models["metadata"]["name"], models["spec"]["replicas"]
    pods = [
        f"http://{name}-{number}.{models['spec']['serviceName']}:{port}" for number in range(count)
    ]
    assert found.settings.reader.split(",") == found.settings.embedder_at.split(",") == pods
    [server] = of_kind("Deployment")
    assert found.archive in server["spec"]["template"]["spec"]["containers"][0]["args"]


def test_services_and_policies_select_pods_that_there_are() -> None:
    labels = [
        each["spec"]["template"]["metadata"]["labels"]
        for each in of_kind("Deployment", "StatefulSet")
    ]
    selected = [each["spec"]["selector"] for each in of_kind("Service")]
    selected += [each["spec"]["podSelector"]["matchLabels"] for each in of_kind("NetworkPolicy")]
    assert all(each in labels for each in selected)
    names = {each["metadata"]["name"] for each in of_kind("Service")}
    for entry in of_kind("Ingress"):
        for rule in entry["spec"]["rules"]:
            assert {path["backend"]["service"]["name"] for path in rule["http"]["paths"]} <= names


def test_the_entry_asks_again_what_the_docs_ask_again() -> None:
    docs = (ROOT / "docs" / "how-to" / "several-servers.md").read_text()
    wanted = re.findall(r"proxy_next_upstream (.*);", docs)
    key = "nginx.ingress.kubernetes.io/proxy-next-upstream"
    assert [each["metadata"]["annotations"][key] for each in of_kind("Ingress")] == wanted


def test_ray_serve_is_told_of_an_app_and_deployment_that_there_are() -> None:
    pytest.importorskip("ray.serve")
    from ray.serve.schema import ServeDeploySchema

    [told] = ServeDeploySchema.model_validate(RAY).applications
    module, _, name = told.import_path.partition(":")
    app = getattr(importlib.import_module(module), name)
    assert [each.name for each in told.deployments] == [app._bound_deployment.name]
