"""The production files run every process, as the same unprivileged user, with secrets from outside."""

import json
import re
import stat
from pathlib import Path
from typing import Any

import pytest
import yaml

from deploy.local.programs import programs
from deploy.local.secret_files import SecretFiles
from deploy.local.settings import GROUPS, LocalSettings, Var
from deploy.production_secrets import write
from deploy.refusal import Refusal

DEPLOY = Path(__file__).resolve().parents[2] / "deploy"
KUBERNETES = DEPLOY / "kubernetes"
Manifest = dict[str, Any]


def manifests(*kinds: str) -> list[Manifest]:
    """What kustomize would apply, by kind."""
    found: list[Manifest] = []
    for kustomization in (KUBERNETES / "kustomization.yaml", KUBERNETES / "migrate" / "kustomization.yaml"):
        for resource in yaml.safe_load(kustomization.read_text())["resources"]:
            found += yaml.safe_load_all((kustomization.parent / resource).read_text())
    return [manifest for manifest in found if manifest["kind"] in kinds]


def pods(*kinds: str) -> list[Manifest]:
    return [manifest["spec"]["template"]["spec"] for manifest in manifests(*kinds)]


@pytest.fixture
def local_commands(var: Var) -> set[tuple[str, ...]]:
    """What `alliance up` runs, besides PostgreSQL and the preparation."""
    plan = programs(LocalSettings(var), SecretFiles(var.secrets), dict.fromkeys(GROUPS, "postgresql://"))
    return {tuple(program.command[1:]) for program in (*plan.services, *plan.workers, plan.gateway)}


def test_every_process_is_deployed(local_commands: set[tuple[str, ...]]) -> None:
    compose = yaml.safe_load((DEPLOY / "compose.yaml").read_text())["services"]
    composed = {tuple(service.get("command", ())[1:]) for service in compose.values()} - {()}
    deployed = {tuple(pod["containers"][0]["command"][1:]) for pod in pods("Deployment")}
    assert composed == local_commands
    assert deployed == local_commands


def test_no_pod_has_more_rights_than_it_needs() -> None:
    for pod in pods("Deployment", "Job"):
        assert pod["securityContext"]["runAsNonRoot"]
        assert not pod["automountServiceAccountToken"]
        (container,) = pod["containers"]
        assert container["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }
        assert container["resources"]["limits"]["memory"]


def test_every_web_process_is_probed_drained_scaled_and_kept_available() -> None:
    web = [manifest for manifest in manifests("Deployment") if not manifest["metadata"]["name"].endswith("-worker")]
    names = {manifest["metadata"]["name"] for manifest in web}
    assert names == set(GROUPS)
    for manifest in web:
        pod = manifest["spec"]["template"]["spec"]
        (container,) = pod["containers"]
        assert container["readinessProbe"]["httpGet"]["path"] == "/readyz"
        assert container["livenessProbe"]["httpGet"]["path"] == "/livez"
        assert pod["terminationGracePeriodSeconds"] >= 5 + 10
    for kind in ("Service", "PodDisruptionBudget", "HorizontalPodAutoscaler"):
        assert {manifest["metadata"]["name"] for manifest in manifests(kind)} == names


def test_selectors_find_their_pods() -> None:
    labels = [manifest["spec"]["template"]["metadata"]["labels"] for manifest in manifests("Deployment")]
    for manifest in manifests("Deployment", "PodDisruptionBudget", "Service", "NetworkPolicy"):
        selector = manifest["spec"].get("selector") or manifest["spec"]["podSelector"]
        wanted = selector.get("matchLabels", {} if "matchExpressions" in selector else selector)
        assert any(wanted.items() <= given.items() for given in labels), manifest["metadata"]["name"]


def test_secrets_come_from_outside() -> None:
    for path in (*KUBERNETES.rglob("*.yaml"), DEPLOY / "compose.yaml", DEPLOY / "Dockerfile"):
        text = path.read_text()
        assert "kind: Secret" not in text
        assert not re.search(r"(PASSWORD|SECRET|SIGNING_KEYS|DATABASE_URL)\w*\s*[:=]", text), path


def test_makes_secrets_that_fit_together(tmp_path: Path) -> None:
    directory = tmp_path / "secrets"
    written = write(directory, "db.internal:6432")
    assert {stat.S_IMODE(path.stat().st_mode) for path in written} == {0o600}
    values = {
        path.stem: dict(line.split("=", 1) for line in path.read_text().splitlines())
        for path in written
        if path.suffix == ".env"
    }
    known = json.loads(values["gateway"]["SERVICE_SECRETS"])
    assert known == {name: values[name]["SERVICE_SECRET"] for name in ("members", "events", "liaison")}
    for group in GROUPS:
        assert values["migrate"][f"DATABASE_URL_{group.upper()}"] == values[group]["DATABASE_URL"]
        assert len(values[group]["CURSOR_SECRET"]) >= 32
        password = values[group]["DATABASE_URL"].split(":")[2].split("@")[0]
        owner = values["migrate"][f"DATABASE_OWNER_URL_{group.upper()}"].split(":")[2].split("@")[0]
        made = (directory / "databases.sql").read_text()
        assert f"CREATE ROLE {group} LOGIN PASSWORD '{password}';" in made
        assert f"CREATE ROLE {group}_owner LOGIN PASSWORD '{owner}';" in made
        assert owner not in str([values[name] for name in values if name != "migrate"])
    with pytest.raises(Refusal, match="is not empty"):
        write(directory, "db")
