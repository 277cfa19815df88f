"""openstacksdk with otcextensions: every method of `conn.cbr`."""

import os

import openstack
from openstack import exceptions
from otcextensions import sdk

from steps import BASE, OTHER_PROJECT, PROJECT, Steps, equal, holds, until

step = Steps("openstack sdk")


def connect(user, password, project):
    conn = openstack.connect(
        auth_url=f"{BASE}/v3", username=user, password=password, project_name=project,
        user_domain_name="Default", project_domain_name="Default", region_name="eu-de",
    )
    sdk.register_otc_extensions(conn)
    return conn


def missing(call, *arguments, **keywords):
    """The call must end in the client's exception for what is not there."""
    try:
        call(*arguments, **keywords)
    except exceptions.NotFoundException:
        return
    raise AssertionError("found what is not there")


mine = connect(os.environ["OS_USERNAME"], os.environ["OS_PASSWORD"], os.environ["OS_PROJECT_NAME"])
theirs = connect("eve", "password1", "other")
cbr = mine.cbr
web = step("find a server", mine.compute.find_server, "web").id
step("the neighbours", lambda: [list(mine.compute.servers()), list(mine.block_storage.volumes()), list(mine.image.images())])

RULE = "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR,SA,SU;BYHOUR=14;BYMINUTE=00"
policy = step(
    "create_policy", cbr.create_policy, name="sdk", enabled=True, operation_type="backup",
    operation_definition={"day_backups": 3, "timezone": "UTC+03:00"},
    trigger={"properties": {"pattern": [RULE]}},
)
step("policies", lambda: equal([p.id for p in cbr.policies(operation_type="backup")], [policy.id]))
step("get_policy", lambda: equal(cbr.get_policy(policy).trigger.properties.pattern, [RULE]))
step("find_policy", lambda: equal(cbr.find_policy("sdk", ignore_missing=False).id, policy.id))
step("update_policy", lambda: equal(cbr.update_policy(policy, name="sdk2", enabled=False).enabled, False))
step("the definition stays", lambda: equal(cbr.get_policy(policy.id).operation_definition.day_backups, 3))

vault = step(
    "create_vault", cbr.create_vault, name="sdk", resources=[{"id": web, "type": "OS::Nova::Server"}],
    billing={"cloud_type": "public", "consistent_level": "crash_consistent", "object_type": "server",
             "protect_type": "backup", "charging_mode": "post_paid", "size": 20},
    tags=[{"key": "a", "value": "b"}], bind_rules={"tags": []}, backup_policy_id=policy.id,
)
step("what was made is what is got", lambda: equal(
    {k: v for k, v in cbr.get_vault(vault).to_dict().items() if k != "location"},
    {k: v for k, v in vault.to_dict().items() if k != "location"}))
step("vaults", lambda: equal([v.id for v in cbr.vaults(name="sdk", status="available")], [vault.id]))
step("vaults by policy", lambda: equal([v.id for v in cbr.vaults(policy_id=policy.id)], [vault.id]))
step("vaults, page by page", lambda: equal(len(list(cbr.vaults(limit=1))), 1))
step("find_vault", lambda: equal(cbr.find_vault("sdk", ignore_missing=False).id, vault.id))
step("find_vault of nothing", missing, cbr.find_vault, "no such", ignore_missing=False)
step("update_vault", lambda: equal(cbr.update_vault(vault, name="sdk3", auto_expand=True).auto_expand, True))
step("unbind_policy", cbr.unbind_policy, vault, policy)
step("bind_policy", cbr.bind_policy, vault, policy)
step("dissociate_resources", cbr.dissociate_resources, vault, [web])
step("it is out", until, "out", lambda: cbr.get_vault(vault.id).resources in ([], None))
step("associate_resources", cbr.associate_resources, vault, [{"id": web, "type": "OS::Nova::Server"}])
step("it is in", lambda: equal([r.id for r in cbr.get_vault(vault.id).resources], [web]))

point = step("create_checkpoint", cbr.create_checkpoint, vault_id=vault.id, parameters={"name": "one", "description": "d", "auto_trigger": False, "incremental": True})
step("wait_for_checkpoint", cbr.wait_for_checkpoint, point, interval=0.2)
step("get_checkpoint", lambda: equal(cbr.get_checkpoint(point.id).status, "available"))
backup = step("backups", lambda: list(cbr.backups(checkpoint_id=point.id))[0])
step("get_backup", lambda: equal(cbr.get_backup(backup.id).name, "one"))
step("find_backup", lambda: equal(cbr.find_backup("one", ignore_missing=False).id, backup.id))
for query in (
    {"vault_id": vault.id}, {"name": "one"}, {"status": "available"}, {"resource_id": web}, {"resource_name": "web"},
    {"image_type": "backup"}, {"limit": 1}, {"sort": "created_at:desc"},
    {"start_time": "2020-01-01T00:00:00Z", "end_time": "2120-01-01T00:00:00Z"},
):
    step(f"backups by {', '.join(query)}", lambda query=query: equal([b.id for b in cbr.backups(**query)], [backup.id]))
step("children are listed by their parent", lambda: equal(len(list(cbr.backups(parent_id=backup.id))), 2))

step("add_members", lambda: equal([m.status for m in cbr.add_members(backup.id, [OTHER_PROJECT])], ["pending"]))
member = step("members", lambda: list(cbr.members(backup.id))[0])
step("get_member", lambda: equal(cbr.get_member(backup.id, OTHER_PROJECT).dest_project_id, OTHER_PROJECT))
step("it is seen there", lambda: equal([b.id for b in theirs.cbr.backups(own_type="shared")], [backup.id]))
inbox = step("their vault", theirs.cbr.create_vault, name="inbox", resources=[], billing={
    "consistent_level": "crash_consistent", "object_type": "server", "protect_type": "backup", "size": 20})
accepted = step("update_member", theirs.cbr.update_member, backup.id, theirs.cbr.get_member(backup.id, OTHER_PROJECT), status="accepted", vault=inbox.id)
step("accepted", lambda: equal(cbr.get_member(backup.id, OTHER_PROJECT).status, "accepted"))
step("delete_member", cbr.delete_member, backup.id, OTHER_PROJECT, ignore_missing=False)
step("no member is left", lambda: equal(list(cbr.members(backup.id)), []))
step("what is not shared is not there", missing, theirs.cbr.get_backup, backup.id)
step("a foreign vault is not there", missing, theirs.cbr.get_vault, vault.id)
step("a foreign policy is not there", missing, theirs.cbr.get_policy, policy.id)

step("restore_data", cbr.restore_data, backup.id, server_id=web, mappings=[], power_on=True)
step("restored", until, "available", lambda: cbr.get_backup(backup.id).status == "available")
tasks = step("tasks", lambda: list(cbr.tasks()))
step("get_task", lambda: equal(cbr.get_task(tasks[0].id).id, tasks[0].id))
step("tasks of a kind", lambda: holds([t for t in tasks if t.operation_type == "restore"], tasks))
step("delete_backup", cbr.delete_backup, backup.id, ignore_missing=False)
step("deleted", until, "gone", lambda: cbr.find_backup(backup.id) is None)
step("delete_vault", cbr.delete_vault, vault, ignore_missing=False)
step("the vault is gone", until, "gone", lambda: not list(cbr.vaults()))
step("delete_policy", cbr.delete_policy, policy, ignore_missing=False)
step("get_policy of nothing", missing, cbr.get_policy, policy.id)
step("delete_vault of nothing", missing, cbr.delete_vault, vault.id, ignore_missing=False)
step("their vault goes", theirs.cbr.delete_vault, inbox.id)
step.end()
