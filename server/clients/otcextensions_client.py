"""Drives CTS v1.0, v2.0 and v3, SMN and identity with the Python SDK of Open Telekom Cloud, which is OpenStack's with
more services. Arguments: URL, password.
"""
import sys
import time

import openstack
from otcextensions import sdk

url, password = sys.argv[1:]
connection = openstack.connect(
    auth_url=f"{url}/v3", username="admin", password=password, user_domain_name="default",
    project_name="eu-de", project_domain_name="default", region_name="eu-de", interface="public",
)
sdk.register_otc_extensions(connection)
v1, v2, v3, smn = connection.cts, connection.ctsv2, connection.ctsv3, connection.smn
SYSTEM = {"tracker_type": "system", "tracker_name": "system"}


def check(what, actual, expected):
    if actual != expected:
        sys.exit(f"{what}: expected {expected!r}, got {actual!r}")
    print(f"ok {what}")


tracker = v3.create_tracker(
    **SYSTEM, status="enabled", is_lts_enabled=True,
    obs_info={"bucket_name": "audit-archive", "is_obs_created": True},
)
check("v3 create tracker", (tracker.status, tracker.project_id), ("enabled", connection.current_project_id))
check("v3 list trackers", [one.tracker_name for one in v3.trackers()], ["system"])
# The SDK's own update_tracker fails before it sends anything; its session does it.
v3.put("/tracker", json={**SYSTEM, "status": "disabled"})
check("v3 update tracker", [one.status for one in v3.trackers()], ["disabled"])
v3.put("/tracker", json={**SYSTEM, "status": "enabled", "obs_info": {}})
check("v3 quotas", {one.type: one.used for one in v3.quotas()}["system_tracker"], 1)

event = v3.create_key_event(notification_name="all", operation_type="complete")
check("v3 create key event", bool(event.notification_id), True)
renamed = v3.update_key_event(
    notification_id=event.notification_id, notification_name="all2", operation_type="complete", status="disabled",
)
check("v3 update key event", renamed.notification_name, "all2")
check("v3 list key events", [one.notification_name for one in v3.key_events("smn")], ["all2"])
v3.delete_key_event(event)
check("v3 delete key event", list(v3.key_events("smn")), [])

topic = smn.create_topic(name="alerts", display_name="Alerts")
check("smn create topic", topic.id, f"urn:smn:eu-de:{connection.current_project_id}:alerts")
check("smn list topics", [one.name for one in smn.topics()], ["alerts"])
check("smn get topic", smn.get_topic(topic).display_name, "Alerts")
smn.update_topic(topic, display_name="Other")
check("smn update topic", smn.get_topic(topic.id).display_name, "Other")
subscription = smn.create_subscription(topic, protocol="email", endpoint="jane@example.com")
check("smn create subscription", subscription.id.startswith(topic.id), True)
check("smn list subscriptions", [(one.endpoint, one.status) for one in smn.subscriptions()], [("jane@example.com", 0)])
check("smn publish", bool(smn.publish_message(topic, subject="s", message="m").message_id), True)
template = smn.create_template(message_template_name="t", protocol="default", content="{what}")
check("smn list templates", [one.name for one in smn.templates()], ["t"])
smn.delete_template(template)
event = v3.create_key_event(notification_name="told", operation_type="complete", topic_id=topic.id)
check("v3 key event with a topic", event.status, "enabled")
v3.delete_key_event(event)
smn.delete_subscription(subscription)
check("smn delete subscription", list(smn.subscriptions()), [])
smn.delete_topic(topic)
check("smn delete topic", list(smn.topics()), [])

time.sleep(1)  # what was acknowledged can be found within a second
for name, traces in (("v3", v3.traces()), ("v2", v2.traces()), ("v1", v1.traces())):
    check(f"{name} traces", "createNotification" in [getattr(one, "trace_name", None) or one.name for one in traces], True)

# The SDK's tracker of v1.0 does not fit the openstacksdk it installs; its session speaks for it.
check("v1 get tracker", v1.get("/tracker?tracker_name=system").json()["bucket_name"], "audit-archive")
v1.put("/tracker/system", json={"bucket_name": "audit-archive", "file_prefix_name": "old"})
check("v1 update tracker", v1.get("/tracker").json()[0]["file_prefix_name"], "old")
check("v1 delete tracker", v1.delete("/tracker?tracker_name=system").status_code, 204)
check("v1 create tracker", v1.post("/tracker", json={"bucket_name": "audit-archive"}).status_code, 201)
v3.delete_tracker(next(v3.trackers()))
check("v3 delete tracker", list(v3.trackers()), [])

iam = connection.identity
domain = iam.find_user("admin").domain_id
check("iam list regions", {one.id for one in iam.regions()}, {"eu-de", "eu-nl"})
check("iam get region", iam.get_region("eu-de").id, "eu-de")
check("iam list domains", "default" in [one.name for one in iam.domains()], True)
check("iam list projects", {one.name for one in iam.projects()} >= {"eu-de", "eu-nl"}, True)
project = iam.create_project(name="eu-de_python", domain_id=domain)
check("iam update project", iam.update_project(project, description="changed").description, "changed")
check("iam rename project", iam.update_project(project, name="eu-de_renamed").name, "eu-de_renamed")
check("iam find project", iam.find_project("eu-de_renamed").id, project.id)

user = iam.create_user(name="jane", password="Python-client-1", domain_id=domain)
check("iam update user", iam.update_user(user, is_enabled=False).is_enabled, False)
check("iam find user", iam.find_user("jane").id, user.id)
check("iam list users", {one.name for one in iam.users()}, {"admin", "jane"})
group = iam.create_group(name="auditors", domain_id=domain)
check("iam update group", iam.update_group(group, description="changed").description, "changed")
check("iam find group", iam.find_group("auditors").id, group.id)
iam.add_user_to_group(user, group)
check("iam user in group", iam.check_user_in_group(user, group), True)
check("iam users of a group", [one.id for one in iam.group_users(group)], [user.id])

role = iam.find_role("system_all_cts_readonly")
check("iam find role", iam.get_role(role.id).name, "system_all_cts_readonly")
iam.assign_project_role_to_group(project, group, role)
check("iam role in a project", iam.validate_group_has_project_role(project, group, role), True)
check("iam list role assignments", role.id in [one.role["id"] for one in iam.role_assignments(group_id=group.id)], True)
iam.unassign_project_role_from_group(project, group, role)
iam.assign_domain_role_to_group(domain, group, role)
check("iam role in the account", iam.validate_group_has_domain_role(domain, group, role), True)
iam.unassign_domain_role_from_group(domain, group, role)

iam.remove_user_from_group(user, group)
for delete, what in ((iam.delete_group, group), (iam.delete_user, user), (iam.delete_project, project)):
    delete(what, ignore_missing=False)
check("iam delete user", iam.find_user("jane"), None)
