"""The `openstack` command with the plugin otcextensions: a whole life cycle, every command of
`openstack cbr` that works in the client.

The commands run in one process, one after the other, because starting Python for each takes most
of the time; what runs is the client's own shell with its own arguments.
"""

import contextlib
import io
import json
import shlex

from openstackclient.shell import OpenStackShell

from steps import Steps, equal, holds, until

step = Steps("openstack command")


def openstack(line):
    """Runs a command; gives what it wrote. Fails where it ended with an error."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = OpenStackShell().run(shlex.split(line))
    errors = err.getvalue()
    holds(not code and "Traceback" not in errors, f"`{line}` ended with {code}: {errors}")
    return out.getvalue()


def show(line):
    return json.loads(openstack(line + " -f json"))


def refused(line, text):
    try:
        openstack(line)
    except AssertionError as error:
        holds(text in str(error), f"`{line}`: {error}")
        return
    raise AssertionError(f"`{line}` was not refused")


def column(row, name):
    wanted = name.lower().replace(" ", "_")
    for key, value in row.items():
        if key.lower().replace(" ", "_") == wanted:
            return value
    raise AssertionError(f"no column {name} in {row}")


def named(rows, name):
    for row in rows:
        if column(row, "name") == name:
            return row
    raise AssertionError(f"{name} is not in {rows}")


servers = step("server list", show, "server list")
web = column(named(servers, "web"), "id")
db = column(named(servers, "db"), "id")
step("server show, by name", lambda: equal(show("server show web")["id"], web))
volumes = step("volume list", show, "volume list")
step("volume show", lambda: equal(show(f"volume show {column(volumes[0], 'id')}")["id"], column(volumes[0], "id")))
step("image list", show, "image list")
step("flavor list", show, "flavor list")
step("project list", show, "project list")
step("token issue", show, "token issue")
step("catalog list", show, "catalog list")

# Policies.
policy = step(
    "cbr policy create",
    show,
    "cbr policy create nightly --max-backups 7 --pattern 'FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR,SA,SU;BYHOUR=3;BYMINUTE=0'",
)
step(
    "cbr policy create, long term, several rules",
    show,
    "cbr policy create longterm --day-backups 7 --week-backups 4 --month-backups 12 --year-backups 1 "
    "--timezone UTC+08:00 --pattern 'FREQ=DAILY;INTERVAL=2;BYHOUR=1;BYMINUTE=30' "
    "--pattern 'FREQ=WEEKLY;BYDAY=SU;BYHOUR=12;BYMINUTE=0'",
)
step(
    "cbr policy create, by age, disabled",
    show,
    "cbr policy create aged --disable --retention-duration-days 30 --pattern 'FREQ=WEEKLY;BYDAY=MO;BYHOUR=3;BYMINUTE=0'",
)
step("a replication policy needs a destination, which the command cannot name", refused,
     "cbr policy create copies --operation-type replication --max-backups 3 --pattern 'FREQ=WEEKLY;BYDAY=MO;BYHOUR=5;BYMINUTE=0'", "BackupService.9900")
listed = step("cbr policy list", show, "cbr policy list")
step("policies are listed", lambda: [named(listed, n) for n in ("nightly", "longterm", "aged")])
step("cbr policy list --operation-type", lambda: equal(len(show("cbr policy list --operation-type backup")), 3))
step("a policy without a pattern is refused", refused, "cbr policy create p --pattern 'FREQ=YEARLY'", "pattern")
policy = column(named(listed, "nightly"), "id")

# Vaults.
made = step(
    "cbr vault create",
    show,
    f"cbr vault create first --consistent-level crash_consistent --object-type server --size 40 "
    f"--description 'of the test' --resource id={web},type=OS::Nova::Server --tag stage=test --tag empty=",
)
vault = column(made, "id")
step("a name with blanks and brackets is refused", refused, "cbr vault create 'a<b' --consistent-level crash_consistent --object-type server --size 40", "BackupService.9900")
step("cbr vault create, with a rule", show, "cbr vault create ruled --consistent-level crash_consistent --object-type server --size 10 --auto-bind true --bind-rule stage=test")
step("cbr vault create, for disks", show, "cbr vault create disks --consistent-level crash_consistent --object-type disk --size 10")
step("cbr vault show, by name", lambda: equal(column(show("cbr vault show first"), "id"), vault))
step("cbr vault show, by id", lambda: equal(column(show(f"cbr vault show {vault}"), "name"), "first"))
step("cbr vault list", lambda: equal(len(show("cbr vault list")), 3))
step("cbr vault list, page by page", lambda: equal(len(show("cbr vault list --limit 1")), 3))
step("cbr vault list --name", lambda: equal(len(show("cbr vault list --name first")), 1))
step("cbr vault list --id", lambda: equal(len(show(f"cbr vault list --id {vault}")), 1))
step("cbr vault list --object-type", lambda: equal(len(show("cbr vault list --object-type disk")), 1))
step("cbr vault list --protect-type", lambda: equal(len(show("cbr vault list --protect-type replication")), 0))
step("cbr vault list --cloud-type", lambda: equal(len(show("cbr vault list --cloud-type public")), 3))
step("cbr vault list --status", lambda: equal(len(show("cbr vault list --status available")), 3))
step("cbr vault update", lambda: equal(column(show("cbr vault update ruled --name renamed --size 20 --auto-expand true"), "name"), "renamed"))
step("cbr vault update --bind-rule", show, "cbr vault update renamed --auto-bind true --bind-rule other=rule")
step("cbr vault associate", show, f"cbr vault associate first --resource id={db},type=OS::Nova::Server")
# The client does not look at the status and misses the list of ids instead.
step("a second vault for a server is refused", refused, f"cbr vault associate renamed --resource id={db},type=OS::Nova::Server", "add_resource_ids")
step("cbr vault dissociate", openstack, f"cbr vault dissociate first --resource {db}")
step("cbr vault bind", show, f"cbr vault bind first {policy}")
step("cbr vault list --policy-id", lambda: equal(len(show(f"cbr vault list --policy-id {policy}")), 1))
step("cbr policy list --vault-id", lambda: equal(len(show(f"cbr policy list --vault-id {vault}")), 1))
step("cbr vault unbind", openstack, f"cbr vault unbind first {policy}")

# Backups.
checkpoint = step("cbr checkpoint create", show, f"cbr checkpoint create --vault-id {vault} --backup-name before --description 'an upgrade'")
point = column(checkpoint, "id")
step("cbr checkpoint show, until it is available", until, "available", lambda: column(show(f"cbr checkpoint show {point}"), "status") == "available")
backups = step("cbr backup list --checkpoint-id", show, f"cbr backup list --checkpoint-id {point}")
backup = column(backups[0], "id")
step("cbr backup list", lambda: equal(len(show("cbr backup list")), 1))
for option in (
    f"--vault-id {vault}", "--name before", "--status available", f"--resource-id {web}", "--resource-name web",
    "--image-type backup", "--own-type private", "--sort created_at:desc", "--limit 1",
    "--start-time 2020-01-01T00:00:00Z", "--end-time 2120-01-01T00:00:00Z", "--limit 5 --offset 0",
):
    step(f"cbr backup list {option.split()[0]}", lambda option=option: equal(len(show(f"cbr backup list {option}")), 1))
step("cbr backup list --own-type shared", lambda: equal(show("cbr backup list --own-type shared"), []))
step("cbr backup list --used-percent", lambda: equal(show("cbr backup list --used-percent 80"), []))
step("cbr backup list --marker", lambda: equal(show(f"cbr backup list --marker {backup} --limit 5"), []))
disks = step("cbr backup list --parent-id", show, f"cbr backup list --parent-id {backup}")
step("a backup of each disk", lambda: equal(len(disks), 2))
step("cbr backup show, by name", lambda: equal(column(show("cbr backup show before"), "id"), backup))
second = step("cbr checkpoint create, full, one resource", show, f"cbr checkpoint create --vault-id {vault} --no-incremental --resources {web} --backup-name second")
step("the second ends", until, "available", lambda: column(show(f"cbr checkpoint show {column(second, 'id')}"), "status") == "available")
third = step("cbr checkpoint create, with details", show, f"cbr checkpoint create --vault-id {vault} --backup-name third --resource-details 'id={web} type=OS::Nova::Server'")
step("the third ends", until, "available", lambda: column(show(f"cbr checkpoint show {column(third, 'id')}"), "status") == "available")


def mapping(disk):
    """An option that sends a disk's backup to the disk it is of."""
    volume = column(show(f"cbr backup show {disk}"), "resource_id")
    return f"--mappings 'volume_id={volume} backup_id={disk}'"


# Restores.
step("cbr backup restore", openstack, f"cbr backup restore {backup} --server-id {web}")
step("the restore ends", until, "available", lambda: column(show(f"cbr backup show {backup}"), "status") == "available")
targets = " ".join(mapping(column(d, "id")) for d in disks)
step("cbr backup restore, with mappings and power on", openstack, f"cbr backup restore before --server-id {web} --power-on {targets}")
step("that ends, too", until, "available", lambda: column(show(f"cbr backup show {backup}"), "status") == "available")

# Tasks.
tasks = step("cbr task list", show, "cbr task list")
step("all tasks are there", lambda: holds(len(tasks) >= 5, tasks))
step("cbr task show", lambda: equal(column(show(f"cbr task show {column(tasks[0], 'id')}"), "id"), column(tasks[0], "id")))

# The end.
step("cbr backup delete", openstack, "cbr backup delete second")
step("it is gone", until, "gone", lambda: not [b for b in show("cbr backup list") if column(b, "name") == "second"])
step("cbr backup show of nothing is refused", refused, "cbr backup show second", "No Backup found")
for name in ("renamed", "disks", "first"):
    step(f"cbr vault delete {name}", openstack, f"cbr vault delete {name}")
step("no vault is left", until, "gone", lambda: show("cbr vault list") == [])
step("no backup is left", lambda: equal(show("cbr backup list"), []))
step.end()
