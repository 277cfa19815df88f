"""Requests as gophertelekomcloud and the Terraform provider make them: their form of the signature,
their look-ups before the first call, the bodies they send and the statuses they insist on.

The client itself is Go and no part of this suite; what it sends was recorded from it.
"""

import datetime
import hashlib
import hmac
import http.client
import json
import os
import urllib.parse

from steps import BASE, PROJECT, Steps, equal, holds, until

step = Steps("requests of the go client")
HOST = BASE.removeprefix("http://")
ACCESS, SECRET = os.environ["COFFER_ACCESS"], os.environ["COFFER_SECRET"]


def sha(data):
    return hashlib.sha256(data).hexdigest()


def sign(key, text):
    return hmac.new(key, text.encode(), hashlib.sha256).digest()


def send(method, path, query=None, body=None, secret=SECRET):
    """One request on a connection of its own, as the Go client sends it: status, headers, JSON."""
    data = b"" if body is None else json.dumps(body, separators=(",", ":")).encode() + b"\n"
    now = datetime.datetime.now(datetime.timezone.utc).strftime("%Y%m%dT%H%M%SZ")
    headers = {"Accept": "application/json", "Host": HOST, "User-Agent": "golangsdk/2.0.0", "X-Sdk-Date": now}
    if body is not None:
        headers["Content-Type"] = "application/json"
    wire = urllib.parse.urlencode(sorted((query or {}).items()))  # a blank is a plus on the wire
    signed = "&".join(f"{urllib.parse.quote(k, safe='-_.~')}={urllib.parse.quote(v, safe='-_.~')}" for k, v in sorted((query or {}).items()))
    payload = data
    if method == "POST" and body is None:
        signed, payload = "", signed.encode()
    names = sorted(name.lower() for name in headers)
    lines = "".join(f"{name}:{headers[next(h for h in headers if h.lower() == name)].strip()}\n" for name in names)
    canonical = "\n".join([method, path + "/", signed, lines, ";".join(names), sha(payload)])
    scope = f"{now[:8]}///sdk_request"
    text = f"SDK-HMAC-SHA256\n{now}\n{scope}\n{sha(canonical.encode())}"
    key = sign(f"SDK{secret}".encode(), now[:8])
    for part in ("", "", "sdk_request"):
        key = sign(key, part)
    signature = hmac.new(key, text.encode(), hashlib.sha256).hexdigest()
    headers["Authorization"] = f"SDK-HMAC-SHA256 Credential={ACCESS}/{scope}, SignedHeaders={';'.join(names)}, Signature={signature}"
    # Added after signing.
    headers["X-Domain-Id"] = os.environ["COFFER_DOMAIN"]
    headers["Connection"] = "close"
    connection = http.client.HTTPConnection(HOST, timeout=60)
    connection.request(method, path + (f"?{wire}" if wire else ""), data or None, headers)
    answer = connection.getresponse()
    content = answer.read()
    connection.close()
    return answer.status, answer.headers, json.loads(content) if content else None


def expect(status, method, path, query=None, body=None):
    got, headers, answer = send(method, f"/v3/{PROJECT}{path}", query, body)
    equal((got, answer if got != status else None), (status, None))
    if answer is not None:
        holds(headers["Content-Type"].startswith("application/json"), headers["Content-Type"])
    return answer


# Look-ups before the first call.
step("projects by name", lambda: equal([p["id"] for p in send("GET", "/v3/projects", {"name": "eu-de"})[2]["projects"]], [PROJECT]))
step("domains by name", lambda: equal([d["id"] for d in send("GET", "/v3/auth/domains", {"name": "Default"})[2]["domains"]], [os.environ["COFFER_DOMAIN"]]))
catalog = step("the catalog", lambda: send("GET", "/v3/auth/catalog")[2]["catalog"])
step("the project is in CBR's address", lambda: equal([e["url"] for s in catalog if s["type"] == "cbr" for e in s["endpoints"]], [f"{BASE}/v3/{PROJECT}"]))
step("a wrong secret", lambda: equal(send("GET", f"/v3/{PROJECT}/vaults", secret="wrong")[0], 401))

# Terraform: a policy, a vault with it, and no difference on the next plan.
DEFINITION = {"day_backups": 0, "week_backups": 0, "month_backups": 0, "year_backups": 0, "max_backups": 5, "timezone": "UTC+01:00"}
wanted = {"name": "tf", "enabled": True, "operation_type": "backup", "operation_definition": DEFINITION,
          "trigger": {"properties": {"pattern": ["FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR,SA,SU;BYHOUR=14;BYMINUTE=00"]}}}
policy = step("a policy", lambda: expect(200, "POST", "/policies", body={"policy": wanted})["policy"])
step("it reads as written", lambda: equal({k: expect(200, "GET", f"/policies/{policy['id']}")["policy"]["operation_definition"].get(k, 0) for k in DEFINITION}, DEFINITION))
server = next(i["id"] for i in expect(200, "GET", "/protectables/server/instances")["instances"] if i["name"] == "web")
billing = {"cloud_type": "public", "consistent_level": "crash_consistent", "object_type": "server", "protect_type": "backup",
           "size": 100, "charging_mode": "post_paid", "period_type": "month"}
body = {"vault": {"name": "tf", "description": "of terraform", "billing": billing, "backup_policy_id": policy["id"],
                  "resources": [{"id": server, "type": "OS::Nova::Server"}], "tags": [{"key": "a", "value": ""}], "auto_bind": False, "bind_rules": {}}}
vault = step("a vault", lambda: expect(200, "POST", "/vaults", body=body)["vault"])
path = f"/vaults/{vault['id']}"
step("it reads as made", lambda: equal(expect(200, "GET", path)["vault"], vault))
step("billing is echoed", lambda: equal({k: vault["billing"][k] for k in billing if k != "period_type"}, {k: v for k, v in billing.items() if k != "period_type"}))
step("its policy again", expect, 200, "POST", f"{path}/associatepolicy", None, {"policy_id": policy["id"]})
changed = step("a change", lambda: expect(200, "PUT", path, body={"vault": {"billing": {"size": 120}, "auto_expand": True}})["vault"])
step("it reads as changed", lambda: equal(expect(200, "GET", path)["vault"], changed))
step("another policy is none", expect, 404, "POST", f"{path}/associatepolicy", None, {"policy_id": "00000000-0000-4000-8000-000000000000"})
step("dissociatepolicy", expect, 200, "POST", f"{path}/dissociatepolicy", None, {"policy_id": policy["id"]})
step("lists have one array each", lambda: [holds([k for k, v in expect(200, "GET", p).items() if isinstance(v, list) and not k.endswith("links")] == [k], p)
                                           for p, k in (("/vaults", "vaults"), ("/backups", "backups"), ("/policies", "policies"), ("/operation-logs", "operation_logs"))])

# A backup: numbers are text where Go reads text.
point = step("a checkpoint", lambda: expect(200, "POST", "/checkpoints", body={"checkpoint": {"vault_id": vault["id"], "parameters": {
    "auto_trigger": False, "description": "d", "incremental": True, "name": "n"}}})["checkpoint"])
step("it answers with name and resources", lambda: equal((point["extra_info"]["name"], point["extra_info"]["description"], [r["id"] for r in point["vault"]["resources"]]), ("n", "d", [server])))
step("its figures are text", lambda: [holds(not isinstance(r.get(k), (int, float, dict)), f"{k}: {r[k]!r}")
                                      for r in point["vault"]["resources"] for k in ("resource_size", "backup_size", "backup_count", "extra_info")])
step("it becomes available", until, "available", lambda: expect(200, "GET", f"/checkpoints/{point['id']}")["checkpoint"]["status"] == "available")
backup = step("its backup, by name with a blank", lambda: expect(200, "GET", "/backups", {"checkpoint_id": point["id"], "name": "n"})["backups"][0])
step("no backup of that name", lambda: equal(expect(200, "GET", "/backups", {"name": "a b/c~d"})["backups"], []))
step("a task's flag is text", lambda: [holds(t["extra_info"]["backup"]["incremental"] in ("true", "false"), t) for t in expect(200, "GET", "/operation-logs", {"operation_type": "backup"})["operation_logs"]])
step("shared", expect, 200, "POST", f"/backups/{backup['id']}/members", None, {"members": [os.environ["COFFER_OTHER_PROJECT"]]})
step("not shared any more", expect, 204, "DELETE", f"/backups/{backup['id']}/members/{os.environ['COFFER_OTHER_PROJECT']}")
step("restored", expect, 202, "POST", f"/backups/{backup['id']}/restore", None, {"restore": {"server_id": server, "power_on": True, "mappings": [
    {"backup_id": c["id"], "volume_id": c["resource_id"]} for c in backup["children"]]}})
step("at once it is being restored", lambda: holds(expect(200, "GET", f"/backups/{backup['id']}")["backup"]["status"] in ("waiting_restore", "restoring", "available"), "state"))
step("and available after it", until, "available", lambda: expect(200, "GET", f"/backups/{backup['id']}")["backup"]["status"] == "available")

# Tags of a vault.
step("tags", expect, 204, "POST", f"/vault/{vault['id']}/tags/action", None, {"action": "create", "tags": [{"key": "t", "value": "1"}]})
step("found by tag", lambda: equal(expect(200, "POST", "/vault/resource_instances/action", body={"action": "filter", "tags": [{"key": "t", "values": ["1"]}]})["total_count"], 1))
step("tags go", expect, 204, "POST", f"/vault/{vault['id']}/tags/action", None, {"action": "delete", "tags": [{"key": "t", "value": "1"}]})

# The end: waited for until 404.
step("the backup goes", expect, 204, "DELETE", f"/backups/{backup['id']}")
step("until it is not found", until, "404", lambda: send("GET", f"/v3/{PROJECT}/backups/{backup['id']}")[0] == 404)
step("the resource goes", expect, 200, "POST", f"{path}/removeresources", None, {"resource_ids": [server]})
step("the vault goes", expect, 204, "DELETE", path)
step("until the vault is not found", until, "404", lambda: send("GET", f"/v3/{PROJECT}{path}")[0] == 404)
step("the policy goes", expect, 204, "DELETE", f"/policies/{policy['id']}")
step("at once", expect, 404, "GET", f"/policies/{policy['id']}")
step.end()
