package main

import (
	"time"

	golangsdk "github.com/opentelekomcloud/gophertelekomcloud"
	"github.com/opentelekomcloud/gophertelekomcloud/openstack"
	trackerv1 "github.com/opentelekomcloud/gophertelekomcloud/openstack/cts/v1/tracker"
	"github.com/opentelekomcloud/gophertelekomcloud/openstack/cts/v2/traces"
	"github.com/opentelekomcloud/gophertelekomcloud/openstack/cts/v3/keyevent"
	"github.com/opentelekomcloud/gophertelekomcloud/openstack/cts/v3/tracker"
	"github.com/opentelekomcloud/gophertelekomcloud/openstack/smn/v2/topics"
)

const (
	system = "system"
	yes    = true
	no     = false
)

func pointer[Value any](value Value) *Value { return &value }

func driveCts(w world) {
	driveTracker(w)
	driveTrackerV1(w)
}

func driveTracker(w world) {
	v3 := service("cts v3", openstack.NewCTSV3, w.project)
	made, err := tracker.Create(v3, tracker.CreateOpts{
		TrackerType: system, TrackerName: system, IsLtsEnabled: true,
		ObsInfo: tracker.ObsInfo{BucketName: "audit-" + w.mark, IsObsCreated: pointer(yes), FilePrefixName: "go"},
	})
	need("v3 create tracker", err)
	equal("v3 create tracker, the answer", made.Status, "enabled")
	listed, err := tracker.List(v3, system)
	equal("v3 the tracker listed", first("v3 list trackers", err, listed).ObsInfo.BucketName, "audit-"+w.mark)
	equal("v3 what was never set", listed[0].ObsInfo.CompressType, "")
	changed, err := tracker.Update(v3, tracker.UpdateOpts{
		TrackerType: system, TrackerName: system, Status: "disabled", IsLtsEnabled: pointer(no),
		ObsInfo: tracker.ObsInfo{BucketName: "audit-" + w.mark, CompressType: "json", IsSortByService: pointer(no)},
	})
	need("v3 update tracker", err)
	if changed.Status != "" {
		equal("v3 the tracker changed", changed.Status, "disabled")
	}
	listed, err = tracker.List(v3, system)
	equal("v3 the compression set", first("v3 list trackers again", err, listed).ObsInfo.CompressType, "json")
	need("v3 delete tracker", tracker.Delete(v3, system))
	_, err = tracker.List(v3, system)
	_, gone := err.(golangsdk.ErrDefault404)
	equal("v3 a tracker that is gone", gone, true)
}

func driveKeyEvents(w world) {
	v3 := service("cts v3", openstack.NewCTSV3, w.project)
	smn := service("smn", openstack.NewSMNV2, w.project)
	topic, err := topics.Create(smn, topics.CreateOps{Name: "told-" + w.mark}).Extract()
	need("a topic for key events", err)
	made, err := keyevent.Create(v3, keyevent.CreateNotificationOpts{
		NotificationName: "keys_" + w.mark, OperationType: "customized", TopicId: topic.TopicUrn,
		Operations: []keyevent.Operations{{
			ServiceType: "IAM", ResourceType: "user", TraceNames: []string{"createUser", "deleteUser"},
		}},
		NotifyUserList: []keyevent.NotificationUsers{},
	})
	need("v3 create key event", err)
	equal("v3 create key event, the answer", made.Status, "enabled")
	changed, err := keyevent.Update(v3, keyevent.UpdateNotificationOpts{
		NotificationId: made.NotificationId, NotificationName: made.NotificationName,
		OperationType: "complete", Status: "disabled", TopicId: topic.TopicUrn,
	})
	need("v3 update key event", err)
	equal("v3 update key event, the answer", changed.Status, "disabled")
	listed, err := keyevent.List(v3, keyevent.ListNotificationsOpts{
		NotificationType: "smn", NotificationName: made.NotificationName,
	})
	equal("v3 the key event listed", first("v3 list key events", err, listed).OperationType, "complete")
	need("v3 delete key event", keyevent.Delete(v3, keyevent.DeleteOpts{NotificationId: []string{made.NotificationId}}))
	need("the topic is deleted", topics.Delete(smn, topic.TopicUrn).Err)
}

func driveTraces(w world) {
	v2 := service("cts v2", openstack.NewCTSV2, w.project)
	// What was acknowledged can be found within a second.
	time.Sleep(time.Second)
	found, err := traces.List(v2, system, traces.ListTracesOpts{
		ServiceType: "CTS", TraceName: "createNotification", ResourceName: "keys_" + w.mark, Limit: "10",
	})
	need("v2 list traces", err)
	equal("v2 the trace found", len(found.Traces), 1)
	equal("v2 who did it", found.Traces[0].User.Name, "admin")
}

func driveTrackerV1(w world) {
	v1 := service("cts v1", openstack.NewCTSV1, w.project)
	made, err := trackerv1.Create(v1, trackerv1.CreateOpts{BucketName: "audit-" + w.mark, FilePrefixName: "go"})
	need("v1 create tracker", err)
	equal("v1 create tracker, the answer", made.TrackerName, system)
	// Now something is recorded.
	driveKeyEvents(w)
	driveTraces(w)
	_, err = trackerv1.Update(v1, trackerv1.UpdateOpts{
		BucketName: "audit-" + w.mark, FilePrefixName: "old", Lts: trackerv1.CreateLts{IsLtsEnabled: pointer(no)},
	}, system)
	need("v1 update tracker", err)
	read, err := trackerv1.Get(v1, system)
	need("v1 get tracker", err)
	equal("v1 get tracker, the answer", read.FilePrefixName, "old")
	need("v1 delete tracker", trackerv1.Delete(v1, system))
}
