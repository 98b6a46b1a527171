package main

import (
	"strings"

	"github.com/opentelekomcloud/gophertelekomcloud/openstack"
	"github.com/opentelekomcloud/gophertelekomcloud/openstack/common/tags"
	"github.com/opentelekomcloud/gophertelekomcloud/openstack/smn/v2/subscriptions"
	"github.com/opentelekomcloud/gophertelekomcloud/openstack/smn/v2/topicattributes"
	"github.com/opentelekomcloud/gophertelekomcloud/openstack/smn/v2/topics"
)

func driveSmn(w world) {
	smn := service("smn", openstack.NewSMNV2, w.project)
	name := "alerts-" + w.mark
	made, err := topics.Create(smn, topics.CreateOps{Name: name, DisplayName: "Alerts"}).Extract()
	need("smn create topic", err)
	urn := made.TopicUrn
	read, err := topics.Get(smn, urn).ExtractGet()
	need("smn get topic", err)
	equal("smn get topic, the answer", read.DisplayName, "Alerts")
	need("smn update topic", topics.Update(smn, topics.UpdateOps{DisplayName: "Other"}, urn).Err)
	listed, err := topics.List(smn).Extract()
	equal("smn the topic listed", first("smn list topics", err, listed).DisplayName, "Other")

	allowed := `{"Version":"2016-09-07","Id":"__default_policy_ID","Statement":[{"Sid":"__service_pub_0","Effect":"Allow",` +
		`"Principal":{"Service":["obs"]},"Action":["SMN:Publish","SMN:QueryTopicDetail"],"Resource":"` + urn + `"}]}`
	need("smn update topic attribute", topicattributes.Update(
		smn, urn, "access_policy", topicattributes.UpdateOpts{Value: allowed}).Err)
	attributes, err := topicattributes.List(smn, urn, topicattributes.ListOpts{Name: "access_policy"}).Extract()
	need("smn list topic attributes", err)
	equal("smn list topic attributes, the answer", strings.Contains(attributes["access_policy"], "__service_pub_0"), true)
	need("smn delete topic attribute", topicattributes.Delete(smn, urn, "access_policy").Err)

	subscribed, err := subscriptions.Create(smn, subscriptions.CreateOpts{
		Endpoint: "jane@example.com", Protocol: "email", Remark: "go",
	}, urn).Extract()
	need("smn create subscription", err)
	of, err := subscriptions.ListFromTopic(smn, urn).Extract()
	its := first("smn list subscriptions of a topic", err, of)
	equal("smn the subscription of the topic", its.SubscriptionUrn, subscribed.SubscriptionUrn)
	all, err := subscriptions.List(smn).Extract()
	equal("smn the subscription listed", first("smn list subscriptions", err, all).Remark, "go")
	need("smn delete subscription", subscriptions.Delete(smn, subscribed.SubscriptionUrn).Err)

	tagged := service("smn tags", openstack.NewSMNV2Tags, w.project)
	tagged.MoreHeaders = map[string]string{"X-SMN-RESOURCEID-TYPE": "name"}
	one := []tags.ResourceTag{{Key: "team", Value: "blue"}}
	need("smn tag a topic", tags.Create(tagged, "smn_topic", name, one).ExtractErr())
	has, err := tags.Get(tagged, "smn_topic", name).Extract()
	equal("smn the tag of the topic", first("smn tags of a topic", err, has), one[0])
	every, err := tags.List(tagged, "smn_topic").Extract()
	equal("smn the tag of the project", first("smn tags of the project", err, every).Key, "team")
	need("smn untag a topic", tags.Delete(tagged, "smn_topic", name, one).ExtractErr())
	need("smn delete topic", topics.Delete(smn, urn).Err)
}
