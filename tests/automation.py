"""Systems Manager's automation, as far as the runbook uses it: a document's steps, one after the other.

Each call is held against AWS's own model of the service and against the policy of the role that the document runs as;
what it is answered is the test's. Time is the automation's own, so that nothing waits.
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from fnmatch import fnmatchcase
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import botocore.session
import jmespath
from botocore import xform_name
from botocore.validate import validate_parameters

ACCOUNT = "111122223333"
POLL_SECONDS = 15
Answer = Callable[[str, str, dict[str, Any]], dict[str, Any]]
"""What a service answers to an operation with its parameters."""
_MODELS = botocore.session.get_session()


class Refused(Exception):
    """A call that AWS refuses."""


class Failed(Exception):
    """A step that failed."""


@dataclass
class Clock:
    """The automation's time."""

    now: datetime = field(default_factory=lambda: datetime(2026, 11, 24, 10, tzinfo=UTC))

    def pass_by(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@dataclass(frozen=True, kw_only=True)
class Automation:
    """A document that runs in a region under a role's policy, both as JSON; `addresses` are what DNS says of names."""

    document: str
    policy: str
    region: str
    answer: Answer
    addresses: Mapping[str, list[str]] = field(default_factory=dict)
    clock: Clock = field(default_factory=Clock)

    def run(self, mode: str) -> dict[str, str]:
        """Each step that ran, with what it returned or why it failed; a step that failed and aborts is the last."""
        document, seen = json.loads(self.document), {}
        for step in document["mainSteps"]:
            try:
                seen[step["name"]] = json.dumps(self._step(step, _filled(step["inputs"], mode)))
            except (Refused, Failed) as failure:
                seen[step["name"]] = f"failed: {failure}"
                if step.get("onFailure", "Abort") == "Abort":
                    break
        return seen

    def call(self, service: str, operation: str, parameters: dict[str, Any]) -> dict[str, Any]:
        """The answer; Refused where AWS's model or the policy doesn't have the call."""
        model = _MODELS.get_service_model(service).operation_model(operation)
        assert model.input_shape is not None
        validate_parameters(parameters, model.input_shape)
        for resource in self._resources(service, operation, parameters):
            if not self._allowed(f"{service}:{operation}", resource):
                raise Refused(f"AccessDenied: {service}:{operation} on {resource}")
        return self.answer(service, operation, parameters)

    def _step(self, step: dict[str, Any], inputs: dict[str, Any]) -> Any:
        match step["action"]:
            case "aws:sleep":
                return self.clock.pass_by(60 * int(re.fullmatch(r"PT(\d+)M", inputs["Duration"])[1]))  # type: ignore[index]
            case "aws:executeScript":
                return self._script(inputs)
            case "aws:executeAwsApi":
                self.call(inputs.pop("Service"), inputs.pop("Api"), inputs)
                return None
            case "aws:waitForAwsResourceProperty":
                return self._wait(step["timeoutSeconds"], inputs)
        raise AssertionError(f"no action of the runbook's: {step['action']}")

    def _wait(self, timeout_seconds: int, inputs: dict[str, Any]) -> str:
        service, operation = inputs.pop("Service"), inputs.pop("Api")
        selector, desired = inputs.pop("PropertySelector").removeprefix("$."), inputs.pop("DesiredValues")
        for _ in range(0, timeout_seconds, POLL_SECONDS):
            value = jmespath.search(selector, self.call(service, operation, dict(inputs)))
            if value in desired:
                return value
            self.clock.pass_by(POLL_SECONDS)
        raise Failed(f"{selector} did not become {desired}")

    def _script(self, inputs: dict[str, Any]) -> Any:
        scope: dict[str, Any] = {}
        exec(inputs["Script"], scope)
        clock = self.clock

        class Now(datetime):
            @classmethod
            def now(cls, tz: Any = None) -> datetime:
                return clock.now

        scope["datetime"] = Now
        scope["time"] = SimpleNamespace(sleep=clock.pass_by, monotonic=lambda: clock.now.timestamp())
        scope["socket"] = SimpleNamespace(gethostbyname_ex=self._resolve)
        with patch.dict("sys.modules", boto3=SimpleNamespace(client=self._client)):
            try:
                return scope[inputs["Handler"]](inputs["InputPayload"], None)
            except Exception as error:
                raise Failed(str(error)) from error

    def _resolve(self, name: str) -> tuple[str, list[str], list[str]]:
        if name not in self.addresses:
            raise OSError(f"{name}: no answer")
        return name, [], self.addresses[name]

    def _client(self, service: str) -> Any:
        operations: Any = _MODELS.get_service_model(service).operation_names
        methods = {xform_name(operation): operation for operation in operations}

        def method(operation: str) -> Callable[..., dict[str, Any]]:
            return lambda **parameters: self.call(service, operation, parameters)

        return SimpleNamespace(**{name: method(operation) for name, operation in methods.items()})

    def _resources(self, service: str, operation: str, given: dict[str, Any]) -> list[str]:
        """The ARNs for which IAM asks. [Service Authorization Reference]"""
        match service, operation:
            case "rds", _:
                return [f"arn:aws:rds:{self.region}:{ACCOUNT}:db:{given['DBInstanceIdentifier']}"]
            case "s3", _:
                return [f"arn:aws:s3:::{given['Bucket']}/{given['Key']}"]
            case "elasticache", _:
                group = f"arn:aws:elasticache:{self.region}:{ACCOUNT}:replicationgroup:"
                groups = [f"{group}{given[key]}" for key in ("PrimaryReplicationGroupId",) if key in given]
                datastore = f"arn:aws:elasticache::{ACCOUNT}:globalreplicationgroup:"
                return [f"{datastore}{given['GlobalReplicationGroupId']}", *groups]
        return ["*"]

    def _allowed(self, action: str, resource: str) -> bool:
        return any(
            action in statement["Action"] and any(fnmatchcase(resource, pattern) for pattern in statement["Resource"])
            for statement in json.loads(self.policy)["Statement"]
        )


def _filled(inputs: dict[str, Any], mode: str) -> dict[str, Any]:
    """The inputs with what Systems Manager puts in for references; a script holds none."""
    text = json.dumps(inputs).replace("{{ Mode }}", mode).replace("{{ automation:EXECUTION_ID }}", "execution-1")
    assert "{{" not in text
    return json.loads(text)
