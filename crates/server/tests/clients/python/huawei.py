"""The Huawei Cloud SDK for Python with an access key: every method of its CBR client.

Methods of the service's subjects go through a whole life cycle. The others (orders, agents, other
regions, other accounts) must be answered as documented: with a status and a code that the SDK can
read, never with what it cannot.
"""

import os
import re

from huaweicloudsdkcbr.v1 import *  # noqa: F403 - the SDK's own way
from huaweicloudsdkcbr.v1 import CbrClient
from huaweicloudsdkcbr.v1.region.cbr_region import CbrRegion  # noqa: F401 - it has to load
from huaweicloudsdkcore.auth.credentials import BasicCredentials
from huaweicloudsdkcore.exceptions.exceptions import ServiceResponseException
from huaweicloudsdkcore.http.http_config import HttpConfig
from huaweicloudsdkcore.region.region import Region

from steps import BASE, OTHER_PROJECT, PROJECT, Steps, equal, holds, until

step = Steps("huawei sdk")
called = set()


class Watched:
    """The client; remembers which methods were called."""

    def __init__(self, client):
        self._client = client

    def __getattr__(self, name):
        called.add(name)
        return getattr(self._client, name)


def connect(access, secret, project):
    config = HttpConfig.get_default_config()
    config.timeout = (5, 60)
    credentials = BasicCredentials(access, secret, project)
    client = CbrClient.new_builder().with_http_config(config).with_credentials(credentials).with_endpoint(BASE).build()
    return Watched(client)


def refused(status, call, *arguments):
    """The call must be refused with this status and with a code."""
    try:
        call(*arguments)
    except ServiceResponseException as error:
        equal(error.status_code, status)
        holds(error.error_code and error.error_msg and error.request_id, f"no code, text or request id: {error}")
        return
    raise AssertionError("was not refused")


mine = connect(os.environ["COFFER_ACCESS"], os.environ["COFFER_SECRET"], PROJECT)
theirs = connect(os.environ["COFFER_OTHER_ACCESS"], os.environ["COFFER_OTHER_SECRET"], OTHER_PROJECT)


def by_region():
    """With a region and no project, the SDK asks for the project of that name."""
    credentials = BasicCredentials(os.environ["COFFER_ACCESS"], os.environ["COFFER_SECRET"]).with_iam_endpoint(BASE)
    client = CbrClient.new_builder().with_credentials(credentials).with_region(Region("eu-de", BASE)).build()
    return client.list_vault(ListVaultRequest()).count


step("with a region alone", lambda: equal(by_region(), 0))
step("a wrong secret", refused, 401, connect(os.environ["COFFER_ACCESS"], "wrong", PROJECT).list_vault, ListVaultRequest())

# What there is to protect.
servers = step("list_protectable, servers", lambda: mine.list_protectable(ListProtectableRequest(protectable_type="server")).instances)
web = next(s for s in servers if s.name == "web")
db = next(s for s in servers if s.name == "db")
step("list_protectable, disks of a server", lambda: equal(len(mine.list_protectable(ListProtectableRequest(protectable_type="disk", server_id=web.id)).instances), 2))
step("list_protectable, by name, one", lambda: equal([s.id for s in mine.list_protectable(ListProtectableRequest(protectable_type="server", name="web", limit=1, offset=0)).instances], [web.id]))
step("show_protectable", lambda: equal(mine.show_protectable(ShowProtectableRequest(protectable_type="server", instance_id=web.id)).instance.name, "web"))

# Policies.
rules = PolicyTriggerReq(properties=PolicyTriggerPropertiesReq(pattern=["FREQ=WEEKLY;BYDAY=MO,TU;BYHOUR=3,15;BYMINUTE=10"]))
definition = PolicyoODCreate(max_backups=-1, day_backups=3, week_backups=0, month_backups=0, year_backups=0, timezone="UTC+08:00")
policy = step("create_policy", lambda: mine.create_policy(CreatePolicyRequest(body=PolicyCreateReq(policy=PolicyCreate(
    name="h", enabled=True, operation_type="backup", operation_definition=definition, trigger=rules)))).policy)
step("show_policy", lambda: equal(mine.show_policy(ShowPolicyRequest(policy_id=policy.id)).policy.operation_definition.day_backups, 3))
step("list_policies", lambda: equal([p.id for p in mine.list_policies(ListPoliciesRequest(operation_type="backup")).policies], [policy.id]))
step("update_policy", lambda: equal(mine.update_policy(UpdatePolicyRequest(policy_id=policy.id, body=PolicyUpdateReq(policy=PolicyUpdate(name="h2", enabled=False)))).policy.name, "h2"))
step("the rules stay", lambda: equal(mine.show_policy(ShowPolicyRequest(policy_id=policy.id)).policy.trigger.properties.pattern, rules.properties.pattern))
step("a policy without rules", refused, 400, mine.create_policy, CreatePolicyRequest(body=PolicyCreateReq(policy=PolicyCreate(
    name="h", operation_type="backup", operation_definition=PolicyoODCreate(), trigger=PolicyTriggerReq(properties=PolicyTriggerPropertiesReq(pattern=[]))))))

# Vaults.
billing = BillingCreate(consistent_level="crash_consistent", object_type="server", protect_type="backup", size=30, charging_mode="post_paid", cloud_type="public")


def create(client, name, **more):
    vault = VaultCreate(name=name, billing=billing, resources=more.pop("resources", []), **more)
    return client.create_vault(CreateVaultRequest(body=VaultCreateReq(vault=vault))).vault


vault = step("create_vault", create, mine, "h", resources=[ResourceCreate(id=web.id, type="OS::Nova::Server")],
             description="d", tags=[Tag(key="a", value="b")], auto_bind=False, auto_expand=False, bind_rules=VaultBindRules(tags=[]), threshold=70, smn_notify=False)
other = step("create_vault, another", create, mine, "h-other")
shown = step("show_vault", lambda: mine.show_vault(ShowVaultRequest(vault_id=vault.id)).vault)
step("what was made is what is shown", lambda: equal({k: v for k, v in shown.to_dict().items() if k in vault.to_dict()}, {k: v for k, v in vault.to_dict().items() if k in shown.to_dict()}))
step("list_vault", lambda: equal(mine.list_vault(ListVaultRequest()).count, 2))
for query in ({"name": "h"}, {"id": [vault.id]}, {"resource_ids": web.id}, {"object_type": "server", "limit": 1, "offset": 1},
              {"status": "available", "cloud_type": "public", "protect_type": "backup", "name": "h"}):
    step(f"list_vault by {', '.join(query)}", lambda query=query: equal(len(mine.list_vault(ListVaultRequest(**query)).vaults), 1))
step("list_vault by two ids", lambda: equal(len(mine.list_vault(ListVaultRequest(id=[vault.id, other.id])).vaults), 2))
step("update_vault", lambda: equal(mine.update_vault(UpdateVaultRequest(vault_id=vault.id, body=VaultUpdateReq(vault=VaultUpdate(name="h3", billing=BillingUpdate(size=50))))).vault.billing.size, 50))
step("batch_update_vault", lambda: holds(vault.id in mine.batch_update_vault(BatchUpdateVaultRequest(body=BatchUpdateVaultRequestBody(vault=VaultBatchUpdate(smn_notify=True, threshold=90)))).updated_vaults_id, "not updated"))
step("a batch is seen", lambda: equal(mine.show_vault(ShowVaultRequest(vault_id=vault.id)).vault.threshold, 90))
step("show_summary", lambda: holds(mine.show_summary(ShowSummaryRequest()).size >= 60, "size"))
step("show_storage_usage", lambda: holds(mine.show_storage_usage(ShowStorageUsageRequest()) is not None, "none"))
step("add_vault_resource", lambda: equal(mine.add_vault_resource(AddVaultResourceRequest(vault_id=vault.id, body=VaultAddResourceReq(resources=[ResourceCreate(id=db.id, type="OS::Nova::Server")]))).add_resource_ids, [db.id]))
step("set_vault_resource", lambda: equal(mine.set_vault_resource(SetVaultResourceRequest(vault_id=vault.id, body=VaultSetResourceReq(resource_ids=[db.id], action="suspend"))).set_resource_ids, [db.id]))
step("set_vault_resource, back", mine.set_vault_resource, SetVaultResourceRequest(vault_id=vault.id, body=VaultSetResourceReq(resource_ids=[db.id], action="unsuspend")))
step("migrate_vault_resource", lambda: equal(mine.migrate_vault_resource(MigrateVaultResourceRequest(vault_id=vault.id, body=VaultMigrateResourceReq(destination_vault_id=other.id, resource_ids=[db.id]))).migrated_resources, [db.id]))
step("it has moved", until, "moved", lambda: [r for r in mine.show_vault(ShowVaultRequest(vault_id=other.id)).vault.resources if r.id == db.id])
step("remove_vault_resource", lambda: equal(mine.remove_vault_resource(RemoveVaultResourceRequest(vault_id=other.id, body=VaultRemoveResourceReq(resource_ids=[db.id]))).remove_resource_ids, [db.id]))
step("associate_vault_policy", lambda: equal(mine.associate_vault_policy(AssociateVaultPolicyRequest(vault_id=vault.id, body=VaultAssociate(policy_id=policy.id))).associate_policy.policy_id, policy.id))
step("list_policies of a vault", lambda: equal(len(mine.list_policies(ListPoliciesRequest(vault_id=vault.id)).policies), 1))
step("list_vault of a policy", lambda: equal(len(mine.list_vault(ListVaultRequest(policy_id=policy.id)).vaults), 1))
step("disassociate_vault_policy", lambda: equal(mine.disassociate_vault_policy(DisassociateVaultPolicyRequest(vault_id=vault.id, body=VaultDissociate(policy_id=policy.id))).dissociate_policy.vault_id, vault.id))

# Tags.
step("create_vault_tags", mine.create_vault_tags, CreateVaultTagsRequest(vault_id=vault.id, body=VaultTagsCreateReq(tag=TagCreate(key="k", value="v"))))
step("show_vault_tag", lambda: equal(sorted(t.key for t in mine.show_vault_tag(ShowVaultTagRequest(vault_id=vault.id)).tags), ["a", "k"]))
step("batch_create_and_delete_vault_tags", mine.batch_create_and_delete_vault_tags, BatchCreateAndDeleteVaultTagsRequest(
    vault_id=vault.id, body=BulkCreateAndDeleteVaultTagsReq(action="create", tags=[BulkCreateAndDeleteTags(key="m", value="1"), BulkCreateAndDeleteTags(key="n", value="2")])))
step("delete_vault_tag", mine.delete_vault_tag, DeleteVaultTagRequest(vault_id=vault.id, key="m"))
step("show_vault_project_tag", lambda: equal(sorted(t.key for t in mine.show_vault_project_tag(ShowVaultProjectTagRequest()).tags), ["a", "k", "n"]))
step("show_vault_resource_instances", lambda: equal([r.resource_id for r in mine.show_vault_resource_instances(ShowVaultResourceInstancesRequest(
    body=VaultResourceInstancesReq(action="filter", limit="10", offset="0", tags=[TagsReq(key="k", values=["v"])]))).resources], [vault.id]))
step("show_vault_resource_instances, counted", lambda: equal(mine.show_vault_resource_instances(ShowVaultResourceInstancesRequest(
    body=VaultResourceInstancesReq(action="count", tags=[TagsReq(key="k", values=["v"])]))).total_count, 1))

# Backups.
point = step("create_checkpoint", lambda: mine.create_checkpoint(CreateCheckpointRequest(body=VaultBackupReq(checkpoint=VaultBackup(
    vault_id=vault.id, parameters=CheckpointParam(auto_trigger=False, description="d", incremental=True, name="one",
                                                  resource_details=[Resource(id=web.id, type="OS::Nova::Server", name="web")]))))).checkpoint)
step("show_checkpoint", until, "available", lambda: mine.show_checkpoint(ShowCheckpointRequest(checkpoint_id=point.id)).checkpoint.status == "available")
backup = step("list_backups", lambda: mine.list_backups(ListBackupsRequest(checkpoint_id=point.id)).backups[0])
for query in ({"vault_id": vault.id}, {"name": "one"}, {"status": "available"}, {"resource_id": web.id}, {"resource_name": "web"},
              {"resource_type": "OS::Nova::Server"}, {"image_type": "backup", "own_type": "private", "limit": 5, "offset": 0},
              {"start_time": "2020-01-01T00:00:00Z", "end_time": "2120-01-01T00:00:00Z", "sort": "created_at:desc"},
              {"show_replication": True}, {"incremental": False}):
    step(f"list_backups by {', '.join(query)}", lambda query=query: equal([b.id for b in mine.list_backups(ListBackupsRequest(**query)).backups], [backup.id]))
step("list_backups of full vaults", lambda: equal(mine.list_backups(ListBackupsRequest(used_percent="80")).count, 0))
step("list_backups of another kind", lambda: equal(mine.list_backups(ListBackupsRequest(image_type="replication")).count, 0))
step("show_backup", lambda: equal([c.resource_type for c in mine.show_backup(ShowBackupRequest(backup_id=backup.id)).backup.children], ["OS::Cinder::Volume"] * 2))
step("update_backup", lambda: equal(mine.update_backup(UpdateBackupRequest(backup_id=backup.id, body=BackupUpdateReq(backup=BackupUpdate(name="renamed")))).backup.name, "renamed"))

# Sharing.
step("add_member", lambda: equal([m.dest_project_id for m in mine.add_member(AddMemberRequest(backup_id=backup.id, body=AddMembersReq(members=[OTHER_PROJECT]))).members], [OTHER_PROJECT]))
step("show_members_detail", lambda: equal([m.status for m in mine.show_members_detail(ShowMembersDetailRequest(backup_id=backup.id, status="pending", limit=5)).members], ["pending"]))
step("show_member_detail", lambda: equal(mine.show_member_detail(ShowMemberDetailRequest(backup_id=backup.id, member_id=OTHER_PROJECT)).member.dest_project_id, OTHER_PROJECT))
inbox = step("their vault", create, theirs, "inbox")
step("update_member_status", lambda: equal(theirs.update_member_status(UpdateMemberStatusRequest(backup_id=backup.id, member_id=OTHER_PROJECT, body=UpdateMember(status="accepted", vault_id=inbox.id))).member.status, "accepted"))
step("it is listed there", lambda: equal([b.id for b in theirs.list_backups(ListBackupsRequest(own_type="all_granted")).backups], [backup.id]))
step("delete_member", mine.delete_member, DeleteMemberRequest(backup_id=backup.id, member_id=OTHER_PROJECT))
step("then it is not there", refused, 404, theirs.show_backup, ShowBackupRequest(backup_id=backup.id))
step("a foreign vault is not there", refused, 404, theirs.show_vault, ShowVaultRequest(vault_id=vault.id))
step("a foreign policy is not there", refused, 404, theirs.show_policy, ShowPolicyRequest(policy_id=policy.id))
step("another project is refused", refused, 403, connect(os.environ["COFFER_OTHER_ACCESS"], os.environ["COFFER_OTHER_SECRET"], PROJECT).list_vault, ListVaultRequest())

# Restores, tasks.
mappings = [BackupRestoreServerMapping(backup_id=c.id, volume_id=c.resource_id) for c in backup.children]
step("restore_backup", mine.restore_backup, RestoreBackupRequest(backup_id=backup.id, body=BackupRestoreReq(restore=BackupRestore(mappings=mappings, power_on=True, server_id=web.id))))
step("restored", until, "available", lambda: mine.show_backup(ShowBackupRequest(backup_id=backup.id)).backup.status == "available")
tasks = step("list_op_logs", lambda: mine.list_op_logs(ListOpLogsRequest(limit=50)).operation_logs)
step("list_op_logs by everything", lambda: equal(mine.list_op_logs(ListOpLogsRequest(
    operation_type="restore", status="success", vault_id=vault.id, resource_id=web.id, resource_name="web", provider_id=tasks[0].provider_id,
    start_time="2020-01-01T00:00:00Z", end_time="2120-01-01T00:00:00Z", limit=1, offset=0)).count, 1))
step("show_op_log", lambda: equal(mine.show_op_log(ShowOpLogRequest(operation_log_id=tasks[0].id)).operation_log.id, tasks[0].id))

# What one node has no use for, answered as documented.
NOTHING = "00000000-0000-4000-8000-000000000000"
FILLED = {"vault_id": vault.id, "backup_id": backup.id, "policy_id": policy.id, "protectable_type": "server", "domain_name": "Default"}


def filled(kind):
    """A request of a class with a value in each field that goes into its path."""
    keywords = {}
    for field, typename in kind.openapi_types.items():
        if field == "body":
            keywords[field] = body(typename)
        elif typename == "str":
            keywords[field] = FILLED.get(field, NOTHING)
    return kind(**keywords)


def body(typename, depth=0):
    """A body with a value in each field, as far as the SDK knows its types."""
    simple = {"str": "text", "int": 1, "bool": False, "float": 1.0, "object": {}}
    if typename in simple:
        return simple[typename]
    listed = re.fullmatch(r"list\[(.+)\]", typename)
    if listed:
        return [body(listed.group(1), depth + 1)]
    kind = globals().get(typename)
    if kind is None or depth > 5:
        return {}
    return kind(**{name: body(inner, depth + 1) for name, inner in kind.openapi_types.items()})


def answered(name):
    kind = globals()["".join(part.capitalize() for part in name.split("_")) + "Request"]
    try:
        getattr(mine, name)(filled(kind))
    except ServiceResponseException as error:
        holds(400 <= error.status_code < 500, f"{error.status_code}")
        holds(error.error_code and error.error_msg and error.request_id, f"no code, text or request id: {error}")


methods = [name for name in dir(CbrClient) if hasattr(globals().get("".join(p.capitalize() for p in name.split("_")) + "Request"), "openapi_types")]
ending = {"delete_backup", "delete_vault", "delete_policy"}
for method in sorted(set(methods) - called - ending):
    step(f"{method} is answered", answered, method)

# The end.
step("delete_backup", mine.delete_backup, DeleteBackupRequest(backup_id=backup.id))


def gone():
    try:
        mine.show_backup(ShowBackupRequest(backup_id=backup.id))
    except ServiceResponseException as error:
        return error.status_code == 404
    return False


step("the backup is gone", until, "gone", gone)
for one in (vault, other):
    step("delete_vault", mine.delete_vault, DeleteVaultRequest(vault_id=one.id))
step("delete_vault, theirs", theirs.delete_vault, DeleteVaultRequest(vault_id=inbox.id))
step("no vault is left", until, "gone", lambda: mine.list_vault(ListVaultRequest()).count == 0)
step("delete_policy", mine.delete_policy, DeletePolicyRequest(policy_id=policy.id))
step("delete_policy again", refused, 404, mine.delete_policy, DeletePolicyRequest(policy_id=policy.id))
step("every method was called", lambda: equal(sorted(set(methods) - called), []))
print(f"{len(methods)} methods of the client")
step.end()
