"""Extensions of schemathesis: what it sends fits what there is, and nothing of another project
may come back.

Ids in paths are those of the caller's objects, those of the other project's, or of nothing; the
bodies of some calls are such that the call can succeed. Every answer is searched for names that
only the other project's objects have.
"""

import atexit
import json
import os
import random

import schemathesis

STAGE = json.loads(os.environ["COFFER_STAGE"])
MINE, THEIRS = STAGE["mine"], STAGE["theirs"]
NOTHING = "2b076f26-391f-40fa-bf71-a798940faccf"
chance = random.Random(int(os.environ["COFFER_SEED"]))
counts = {"calls": 0, "2xx": 0, "3xx": 0, "4xx": 0, "5xx": 0, "leaks": 0}
operations, succeeded = set(), set()

# Names that stand in answers to their owner alone.
CANARIES = THEIRS["names"]


def pick(kind, method):
    """An id of a kind: mine, theirs, or of nothing."""
    roll = chance.random()
    if roll < 0.2:
        return chance.choice(THEIRS[kind])
    if roll < 0.3:
        return NOTHING
    # What is deleted is missing from then on: rarely, and never the first.
    own = MINE[kind]
    if method == "DELETE":
        return chance.choice(own[1:]) if roll > 0.9 and len(own) > 1 else NOTHING
    return own[0] if roll < 0.8 else chance.choice(own)


@schemathesis.serializer("application/x-tar")
def archive(_context, value):
    """What is sent where an archive is wanted."""
    return str(value).encode(errors="ignore")


KINDS = {
    "vault_id": "vaults", "backup_id": "backups", "policy_id": "policies", "checkpoint_id": "checkpoints",
    "operation_log_id": "tasks", "task_id": "tasks", "server_id": "servers", "disk_id": "disks",
    "volume_id": "disks", "object_id": "vaults", "instance_id": "servers", "member_id": "projects",
}


def bodies(path, method):
    """A body with which the call can succeed, for the calls that need one."""
    mine = lambda kind: chance.choice(MINE[kind])  # noqa: E731
    vault = {"name": "made", "resources": [], "billing": {"consistent_level": "crash_consistent", "object_type": "server",
             "protect_type": "backup", "size": chance.randint(1, 100)}}
    policy = {"name": "made", "operation_type": "backup", "operation_definition": {"max_backups": 3},
              "trigger": {"properties": {"pattern": ["FREQ=WEEKLY;BYDAY=MO;BYHOUR=3;BYMINUTE=0"]}}}
    return {
        "POST /v3/{project_id}/vaults": {"vault": vault},
        "PUT /v3/{project_id}/vaults/{vault_id}": {"vault": {"name": "renamed", "threshold": 50}},
        "PUT /v3/{project_id}/vaults/batch-update": {"vault": {"threshold": 60}},
        "POST /v3/{project_id}/policies": {"policy": policy},
        "PUT /v3/{project_id}/policies/{policy_id}": {"policy": {"name": "renamed"}},
        "POST /coffer/v1/{project_id}/policies/preview": {"policy": policy},
        "POST /v3/{project_id}/checkpoints": {"checkpoint": {"vault_id": mine("vaults"), "parameters": {"name": "n"}}},
        "PUT /v3/{project_id}/backups/{backup_id}": {"backup": {"name": "renamed"}},
        "POST /v3/{project_id}/backups/{backup_id}/members": {"members": [THEIRS["projects"][0]]},
        "POST /v3/{project_id}/backups/{backup_id}/restore": {"restore": {"server_id": mine("servers"), "power_on": True}},
        "POST /v3/{project_id}/vault/{vault_id}/tags": {"tag": {"key": "k", "value": "v"}},
        "POST /v3/{project_id}/vault/{vault_id}/tags/action": {"action": "create", "tags": [{"key": "k", "value": "v"}]},
        "POST /v3/{project_id}/vault/resource_instances/action": {"action": "filter", "tags": [{"key": "k", "values": []}]},
        "POST /v3/{project_id}/vaults/{vault_id}/addresources": {"resources": [{"id": mine("servers"), "type": "OS::Nova::Server"}]},
        "POST /v3/{project_id}/vaults/{vault_id}/associatepolicy": {"policy_id": mine("policies")},
        "POST /v3/{project_id}/vaults/{vault_id}/dissociatepolicy": {"policy_id": mine("policies")},
        "PUT /v3/{project_id}/vaults/{vault_id}/set-resources": {"resource_ids": [mine("servers")], "action": "suspend"},
        "POST /coffer/v1/access-keys": {"access_key": {"description": "d"}},
        "POST /coffer/v1/{project_id}/estimates/backup": {"resources": [{"id": mine("servers")}]},
        "POST /coffer/v1/{project_id}/estimates/restore": {"backup_id": mine("backups")},
    }.get(f"{method} {path}")


@schemathesis.hook
def before_call(context, case, kwargs):
    path, method = case.operation.path, case.method.upper()
    parameters = dict(case.path_parameters or {})
    for name in parameters:
        if name == "project_id" and not path.startswith(("/coffer/v1/projects", "/v3/projects")):
            roll = chance.random()
            if roll < 0.95:
                parameters[name] = (MINE if roll < 0.85 else THEIRS)["projects"][0]
        elif name in KINDS and chance.random() < 0.9:
            kind = "disks" if name == "instance_id" and parameters.get("protectable_type") == "disk" else KINDS[name]
            parameters[name] = pick(kind, method)
    if parameters:
        case.path_parameters = parameters
    # Most queries are refused for one value or another: half of the calls go without.
    if case.query and chance.random() < 0.5:
        case.query = {}
    usual = bodies(path, method)
    if usual is not None and chance.random() < 0.5:
        case.body, case.media_type = usual, "application/json"


def sent(case):
    return json.dumps([case.path_parameters, case.query, case.body if isinstance(case.body, (dict, list, str)) else None], default=str)


@schemathesis.check
def nothing_of_another_project(context, response, case):
    """No name of the other project's objects, and no success with its ids in the path."""
    text = response.text
    for name in CANARIES:
        if name in text:
            counts["leaks"] += 1
            raise AssertionError(f"the answer has {name}, which is another project's: {text[:500]}")
    parameters = case.path_parameters or {}
    foreign = [v for k, v in parameters.items() if (k == "project_id" and v == THEIRS["projects"][0]) or (k in KINDS and k != "member_id" and v in THEIRS[KINDS[k]])]
    if foreign and 200 <= response.status_code < 300 and not case.operation.path.startswith("/v3/projects"):
        counts["leaks"] += 1
        raise AssertionError(f"success with another project's {foreign}")


@schemathesis.hook
def after_call(context, case, response):
    counts["calls"] += 1
    counts[f"{response.status_code // 100}xx"] += 1
    name = f"{case.method.upper()} {case.operation.path}"
    operations.add(name)
    if response.status_code < 300:
        succeeded.add(name)


@atexit.register
def say():
    print(f"document as {STAGE['user']}: {counts['calls']} calls of {len(operations)} operations ({len(succeeded)} of them succeeded), "
          f"{counts['2xx']} answers 2xx, {counts['4xx']} 4xx, {counts['5xx']} 5xx, {counts['leaks']} leaks", flush=True)
