"""schemathesis over our own OpenAPI documents: whatever the schemas allow, and some of what they do not, no answer is a 500."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

import pytest
import schemathesis
import yaml
from hypothesis import HealthCheck, Phase, given, settings

from k8s_magic.apiserver.http import Handler, Request, Response
from k8s_magic.apiserver.local import LocalClient
from tests.share import share

PLACES = (
    *("api/v1", "apis/apps/v1", "apis/batch/v1", "apis/autoscaling/v1", "apis/autoscaling/v2", "apis/networking.k8s.io/v1"),
    *("apis/rbac.authorization.k8s.io/v1", "apis/apiextensions.k8s.io/v1", "apis/authorization.k8s.io/v1", "apis/policy/v1"),
    *("apis/admissionregistration.k8s.io/v1", "apis/certificates.k8s.io/v1", "apis/storage.k8s.io/v1", "apis/events.k8s.io/v1"),
)
few = settings(
    max_examples=share(8), deadline=None, derandomize=True, database=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck)
)


@pytest.mark.slow
@pytest.mark.parametrize("place", PLACES)
@pytest.mark.filterwarnings("ignore")
def test_no_request_is_answered_with_a_500(client: LocalClient, place: str) -> None:
    handler = Handler(client.api, yaml.safe_load)
    document = client.raw(f"/openapi/v3/{place}")
    codes: set[int] = set()
    for result in schemathesis.openapi.from_dict(document).get_all_operations():
        operation = result.ok()

        @few
        @given(case=operation.as_strategy())
        def ask(case: Any) -> None:
            answer = handler.handle(_request(case, client))
            if isinstance(answer, Response):
                codes.add(answer.code)
                assert answer.code < 500, (case.method, case.path, answer.body)

        ask()
    assert codes & {200, 201, 400, 404, 422}


def _request(case: Any, client: LocalClient) -> Request:
    names = {name: quote(str(value), safe="") for name, value in (case.path_parameters or {}).items()}
    path = case.path.format(**{**names, **({"namespace": "default"} if "namespace" in names else {})})
    query = {str(name): [str(v) for v in (value if isinstance(value, list) else [value])] for name, value in (case.query or {}).items()}
    query.pop("watch", None)
    body = b"" if type(case.body).__name__ == "NotSet" else _encoded(case.body)
    headers = {"content-type": case.media_type or "application/json", "user-agent": "schemathesis"}
    return Request(case.method.upper(), path, client.caller, query, headers, body)


def _encoded(body: Any) -> bytes:
    return body if isinstance(body, bytes) else json.dumps(body, default=str).encode()
