"""Drives CTS, SMN and IAM with the Python SDK of Huawei Cloud.

Arguments: URL, region, a mark for the names of what is made, access key, secret key, and of a temporary key its token.
"""
import sys
import time

from huaweicloudsdkcore.auth.credentials import BasicCredentials, GlobalCredentials
from huaweicloudsdkcore.exceptions.exceptions import ClientRequestException
from huaweicloudsdkcore.region.region import Region
import huaweicloudsdkcts.v3 as cts
import huaweicloudsdkiam.v3 as iam
import huaweicloudsdksmn.v2 as smn

url, region, mark, access, secret, *security_token = sys.argv[1:]
REGION = Region(region, url)


def client_of(service, credentials):
    credentials.with_iam_endpoint(url)
    if security_token:
        credentials.with_security_token(security_token[0])
    # Finds the project of the region, and the account, by itself.
    return service.new_builder().with_credentials(credentials).with_region(REGION).build()


CTS = client_of(cts.CtsClient, BasicCredentials(access, secret))
SMN = client_of(smn.SmnClient, BasicCredentials(access, secret))
IAM = client_of(iam.IamClient, GlobalCredentials(access, secret))


def check(what, actual, expected=True):
    if actual != expected:
        sys.exit(f"{what}: expected {expected!r}, got {actual!r}")
    print(f"ok {what}")


def call(client, module, operation, **parameters):
    """One operation, by its name; its request has the same name."""
    name = "".join(part.capitalize() for part in operation.split("_")) + "Request"
    try:
        answer = getattr(client, operation)(getattr(module, name)(**parameters))
    except ClientRequestException as refusal:
        sys.exit(f"{operation}: {refusal.status_code} {refusal.error_code} {refusal.error_msg}")
    print(f"ok call {operation}")
    return answer


def drive_cts():
    def of(operation, **parameters):
        return call(CTS, cts, operation, **parameters)

    bucket = f"audit-{mark}"
    made = of("create_tracker", body=cts.CreateTrackerRequestBody(
        tracker_type="system", tracker_name="system",
        obs_info=cts.TrackerObsInfo(bucket_name=bucket, is_obs_created=True)))
    check("cts create tracker", made.status, "enabled")
    of("update_tracker", body=cts.UpdateTrackerRequestBody(
        tracker_type="system", tracker_name="system", is_support_validate=True,
        obs_info=cts.TrackerObsInfo(bucket_name=bucket, file_prefix_name="python", is_sort_by_service=False)))
    listed = of("list_trackers", tracker_name="system").trackers
    check("cts list trackers", [one.obs_info.file_prefix_name for one in listed], ["python"])
    tracker, project, domain = listed[0].id, listed[0].project_id, listed[0].domain_id
    of("create_tracker", body=cts.CreateTrackerRequestBody(
        tracker_type="data", tracker_name=f"data-{mark}",
        data_bucket=cts.DataBucket(data_bucket_name="watched", data_event=["READ", "WRITE"])))
    of("delete_tracker", tracker_name=f"data-{mark}", tracker_type="data")
    of("check_obs_buckets", body=cts.CheckObsBucketsRequestBody(
        buckets=[cts.CheckBucketRequest(
            bucket_name=bucket, bucket_location=region, is_support_trace_files_encryption=False, kms_id="")]))

    tags = cts.BatchCreateResourceTagsRequestBody(tags=[cts.Tags(key="team", value="blue")])
    of("batch_create_resource_tags", resource_type="cts-tracker", resource_id=tracker, body=tags)
    of("batch_delete_resource_tags", resource_type="cts-tracker", resource_id=tracker,
       body=cts.BatchDeleteResourceTagsRequestBody(tags=[cts.Tags(key="team", value="blue")]))

    topic = call(SMN, smn, "create_topic", body=smn.CreateTopicRequestBody(
        name=f"told-{mark}", display_name="Told")).topic_urn
    made = of("create_notification", body=cts.CreateNotificationRequestBody(
        notification_name=f"keys_{mark}", operation_type="customized", topic_id=topic,
        operations=[cts.Operations(service_type="IAM", resource_type="user", trace_names=["createUser"])],
        notify_user_list=[]))
    check("cts create notification", made.status, "enabled")
    of("update_notification", body=cts.UpdateNotificationRequestBody(
        notification_id=made.notification_id, notification_name=f"keys_{mark}", operation_type="complete",
        status="disabled", topic_id=topic))
    listed = of("list_notifications", notification_type="smn", notification_name=f"keys_{mark}").notifications
    check("cts list notifications", [one.operation_type for one in listed], ["complete"])
    of("delete_notification", notification_id=made.notification_id)
    call(SMN, smn, "delete_topic", topic_urn=topic)

    quotas = of("list_quotas").resources
    check("cts list quotas", {one.type: one.used for one in quotas}["system_tracker"], 1)
    check("cts list operations", bool(of("list_operations", service_type="IAM").operations))
    time.sleep(1)  # what was acknowledged can be found within a second
    found = of("list_traces", trace_type="system", trace_name="createNotification", resource_name=f"keys_{mark}")
    check("cts list traces", [one.user.name for one in found.traces], ["admin"])
    check("cts list resources", "CTS" in [one.service_type for one in of("list_trace_resources").resources])
    check("cts list users", "admin" in [one.name for one in of("list_user_resources").users])
    of("delete_tracker", tracker_name="system", tracker_type="system")
    return project, domain


def drive_smn():
    def of(operation, **parameters):
        return call(SMN, smn, operation, **parameters)

    name = f"alerts-{mark}"
    urn = of("create_topic", body=smn.CreateTopicRequestBody(name=name, display_name="Alerts")).topic_urn
    of("update_topic", topic_urn=urn, body=smn.UpdateTopicRequestBody(display_name="Other"))
    check("smn topic", of("list_topic_details", topic_urn=urn).display_name, "Other")
    found = of("list_topics", name=name).topics
    check("smn list topics", [one.topic_urn for one in found], [urn])
    topic = found[0].topic_id

    policy = ('{"Version":"2016-09-07","Id":"__default_policy_ID","Statement":[{"Sid":"__service_pub_0","Effect":"Allow",'
              '"Principal":{"Service":["obs"]},"Action":["SMN:Publish","SMN:QueryTopicDetail"],"Resource":"%s"}]}' % urn)
    of("update_topic_attribute", topic_urn=urn, name="access_policy",
       body=smn.UpdateTopicAttributeRequestBody(value=policy))
    has = of("list_topic_attributes", topic_urn=urn, name="access_policy").attributes
    check("smn topic attributes", "__service_pub_0" in has.access_policy)
    of("delete_topic_attribute_by_name", topic_urn=urn, name="access_policy")
    of("delete_topic_attributes", topic_urn=urn)

    subscribed = of("add_subscription", topic_urn=urn, body=smn.AddSubscriptionRequestBody(
        protocol="email", endpoint="jane@example.com", remark="python")).subscription_urn
    of("update_subscription", topic_urn=urn, subscription_urn=subscribed,
       body=smn.UpdateSubscriptionRequestBody(remark="changed"))
    check("smn subscriptions of a topic", [
        one.remark for one in of("list_subscriptions_by_topic", topic_urn=urn).subscriptions], ["changed"])
    check("smn subscriptions", subscribed in [
        one.subscription_urn for one in of("list_subscriptions").subscriptions])

    # The service itself takes no messages: it answers, and says so.
    task = of("publish_http_detect", topic_urn=urn, body=smn.HttpDetectRequestBody(
        protocol="http", endpoint=f"{url}/no-such-path",
        extension=smn.HttpDetectRequestBodyExtension(header={"x-team": "blue"}))).task_id
    while (tried := of("show_http_detect_result", topic_urn=urn, task_id=task)).status == 1:
        time.sleep(0.1)
    check("smn detection", (tried.status, tried.detail.http_code), (2, 404))

    def filters(operation, *policies):
        answer = of(operation, body=smn.BatchSubscriptionsFilterPolicesRequestBody(polices=[
            smn.BatchSubscriptionsFilterPolicesRequestBodyPolices(subscription_urn=subscribed, filter_polices=[
                smn.SubscriptionsFilterPolicy(name=name, string_equals=values) for name, values in policies])]))
        check(f"smn {operation}", answer.batch_result, [])

    def kept():
        [one] = of("list_subscriptions_by_topic", topic_urn=urn).subscriptions
        return [(policy.name, policy.string_equals) for policy in one.filter_polices]

    filters("batch_create_subscriptions_filter_polices", ("week", ["sunday"]), ("time", ["morning", "night"]))
    check("smn filter policies", kept(), [("week", ["sunday"]), ("time", ["morning", "night"])])
    filters("batch_update_subscriptions_filter_polices", ("week", ["monday"]))
    check("smn changed filter policies", kept(), [("week", ["monday"])])
    check("smn publish with attributes", bool(of("publish_message", topic_urn=urn, body=smn.PublishMessageRequestBody(
        message="m", message_attributes=[
            smn.MessageAttribute(name="week", type="STRING", value="monday"),
            smn.MessageAttribute(name="time", type="STRING_ARRAY", value=["night"]),
            smn.MessageAttribute(name="smn_protocol", type="PROTOCOL", value=["email"])])).message_id))
    of("batch_delete_subscriptions_filter_polices", body=smn.BatchDeleteSubscriptionsFilterPolicesRequestBody(
        subscription_urns=[subscribed]))
    check("smn no filter policies", kept(), [])
    of("cancel_subscription", subscription_urn=subscribed)
    check("smn protocols", "email" in of("list_protocols").protocols)

    made = of("create_message_template", body=smn.CreateMessageTemplateRequestBody(
        message_template_name=f"t-{mark}", protocol="default", content="{what}")).message_template_id
    of("update_message_template", message_template_id=made,
       body=smn.UpdateMessageTemplateRequestBody(content="told: {what}"))
    check("smn template", of("list_message_template_details", message_template_id=made).content, "told: {what}")
    check("smn templates", made in [
        one.message_template_id for one in of("list_message_templates").message_templates])
    check("smn publish", bool(of("publish_message", topic_urn=urn, body=smn.PublishMessageRequestBody(
        subject="s", message_template_name=f"t-{mark}", tags={"what": "nothing"})).message_id))
    of("delete_message_template", message_template_id=made)

    of("create_resource_tag", resource_type="smn_topic", resource_id=topic, body=smn.CreateResourceTagRequestBody(
        tag=smn.ResourceTag(key="team", value="blue")))
    check("smn tags", [one.value for one in of(
        "list_resource_tags", resource_type="smn_topic", resource_id=topic).tags], ["blue"])
    check("smn tags of the project", "team" in [
        one.key for one in of("list_project_tags", resource_type="smn_topic").tags])
    of("batch_create_or_delete_resource_tags", resource_type="smn_topic", resource_id=topic,
       body=smn.BatchCreateOrDeleteResourceTagsRequestBody(
           action="create", tags=[smn.ResourceTag(key="other", value="x")]))
    found = of("list_resource_instances", resource_type="smn_topic", body=smn.ListInstanceRequestBody(
        action="filter", limit="10", offset="0", tags=[smn.ResourceTags(key="team", values=["blue"])]))
    check("smn resources by tag", [one.resource_name for one in found.resources], [name])
    of("delete_resource_tag", resource_type="smn_topic", resource_id=topic, key="team")
    check("smn versions", bool(of("list_version")))
    of("delete_topic", topic_urn=urn)
    print("ok smn delete topic")


def drive_iam(project, domain):
    def of(operation, **parameters):
        return call(IAM, iam, operation, **parameters)

    check("iam regions", region in [one.id for one in of("keystone_list_regions").regions])
    check("iam region", of("keystone_show_region", region_id=region).region.id, region)
    check("iam projects", project in [one.id for one in of("keystone_list_projects").projects])
    check("iam auth projects", project in [one.id for one in of("keystone_list_auth_projects").projects])
    check("iam auth domains", [one.id for one in of("keystone_list_auth_domains").domains], [domain])
    check("iam catalog", bool(of("keystone_show_catalog").catalog))
    place = of("keystone_create_project", body=iam.KeystoneCreateProjectRequestBody(
        project=iam.KeystoneCreateProjectOption(name=f"{region}_{mark}", domain_id=domain))).project.id
    of("keystone_update_project", project_id=place, body=iam.KeystoneUpdateProjectRequestBody(
        project=iam.KeystoneUpdateProjectOption(name=f"{region}_{mark}-other", description="changed")))
    changed = of("keystone_show_project", project_id=place).project
    check("iam project", (changed.name, changed.description), (f"{region}_{mark}-other", "changed"))

    user = drive_users(of, domain)
    group = of("keystone_create_group", body=iam.KeystoneCreateGroupRequestBody(
        group=iam.KeystoneCreateGroupOption(name=f"auditors-{mark}", domain_id=domain))).group.id
    of("keystone_update_group", group_id=group, body=iam.KeystoneUpdateGroupRequestBody(
        group=iam.KeystoneUpdateGroupOption(description="changed")))
    check("iam group", of("keystone_show_group", group_id=group).group.description, "changed")
    check("iam groups", group in [one.id for one in of("keystone_list_groups").groups])
    of("keystone_add_user_to_group", group_id=group, user_id=user)
    of("keystone_check_user_in_group", group_id=group, user_id=user)
    check("iam users of a group", [
        one.id for one in of("keystone_list_users_for_group_by_admin", group_id=group).users], [user])
    check("iam groups of a user", [
        one.id for one in of("keystone_list_groups_for_user", user_id=user).groups], [group])
    drive_roles(of, domain, place, group)
    drive_keys(of, user)
    of("keystone_remove_user_from_group", group_id=group, user_id=user)
    of("keystone_delete_group", group_id=group)
    of("keystone_delete_user", user_id=user)
    print("ok iam delete user")


def drive_users(of, domain):
    user = of("keystone_create_user", body=iam.KeystoneCreateUserRequestBody(
        user=iam.KeystoneCreateUserOption(name=f"jane-{mark}", password="Python-client-1", domain_id=domain))).user.id
    of("keystone_update_user_by_admin", user_id=user, body=iam.KeystoneUpdateUserByAdminRequestBody(
        user=iam.KeystoneUpdateUserOption(enabled=False)))
    check("iam user", of("keystone_show_user", user_id=user).user.enabled, False)
    check("iam users", user in [one.id for one in of("keystone_list_users").users])
    other = of("create_user", body=iam.CreateUserRequestBody(
        user=iam.CreateUserOption(name=f"john-{mark}", password="Python-client-1", domain_id=domain))).user.id
    of("update_user", user_id=other, body=iam.UpdateUserRequestBody(
        user=iam.UpdateUserOption(description="changed")))
    check("iam user of v3.0", of("show_user", user_id=other).user.description, "changed")
    of("keystone_delete_user", user_id=other)
    return user


def drive_roles(of, domain, place, group):
    found = [one for one in of("keystone_list_permissions").roles if one.name == "system_all_cts_readonly"]
    check("iam roles", [one.display_name for one in found], ["CTS ReadOnlyAccess"])
    role = found[0].id
    check("iam role", of("keystone_show_permission", role_id=role).role.name, "system_all_cts_readonly")
    there = {"group_id": group, "role_id": role}
    of("keystone_associate_group_with_project_permission", project_id=place, **there)
    of("keystone_check_project_permission_for_group", project_id=place, **there)
    held = of("keystone_list_project_permissions_for_group", project_id=place, group_id=group).roles
    check("iam roles in a project", [one.id for one in held], [role])
    of("keystone_remove_project_permission_from_group", project_id=place, **there)
    of("keystone_associate_group_with_domain_permission", domain_id=domain, **there)
    of("keystone_check_domain_permission_for_group", domain_id=domain, **there)
    held = of("keystone_list_domain_permissions_for_group", domain_id=domain, group_id=group).roles
    check("iam roles in the account", [one.id for one in held], [role])
    of("keystone_remove_domain_permission_from_group", domain_id=domain, **there)
    of("update_domain_group_inherit_role", domain_id=domain, **there)
    of("keystone_checkrole_for_group", domain_id=domain, **there)
    held = of("keystone_list_all_project_permissions_for_group", domain_id=domain, group_id=group).roles
    check("iam roles in all projects", [one.id for one in held], [role])
    of("delete_domain_group_inherited_role", domain_id=domain, **there)

    def policy(*actions):
        statement = iam.ServiceStatement(action=list(actions), effect="Allow")
        return iam.ServicePolicy(version="1.1", statement=[statement])

    made = of("create_cloud_service_custom_policy", body=iam.CreateCloudServiceCustomPolicyRequestBody(
        role=iam.ServicePolicyRoleOption(
            display_name=f"readers-{mark}", type="AX", description="d", policy=policy("cts:trace:list")))).role.id
    of("update_cloud_service_custom_policy", role_id=made, body=iam.UpdateCloudServiceCustomPolicyRequestBody(
        role=iam.ServicePolicyRoleOption(
            display_name=f"readers-{mark}", type="AX", description="changed", policy=policy("cts:tracker:list"))))
    check("iam policy", of("show_custom_policy", role_id=made).role.description, "changed")
    check("iam policies", made in [one.id for one in of("list_custom_policies").roles])
    of("delete_custom_policy", role_id=made)


def drive_keys(of, user):
    made = of("create_permanent_access_key", body=iam.CreatePermanentAccessKeyRequestBody(
        credential=iam.CreateCredentialOption(user_id=user))).credential.access
    of("update_permanent_access_key", access_key=made, body=iam.UpdatePermanentAccessKeyRequestBody(
        credential=iam.UpdateCredentialOption(status="inactive")))
    check("iam key", of("show_permanent_access_key", access_key=made).credential.status, "inactive")
    check("iam keys", [
        one.access for one in of("list_permanent_access_keys", user_id=user).credentials], [made])
    of("delete_permanent_access_key", access_key=made)


if __name__ == "__main__":
    place_and_account = drive_cts()
    drive_smn()
    # Temporary keys may not administer users and keys.
    if not security_token:
        drive_iam(*place_and_account)
