// Conformance check of the emulator with the vendor's SDK for Go. Prints one line per call as JSON.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"time"

	"github.com/baidubce/bce-sdk-go/bce"
	"github.com/baidubce/bce-sdk-go/services/appblb"
	"github.com/baidubce/bce-sdk-go/services/bcc"
	"github.com/baidubce/bce-sdk-go/services/bcc/api"
	"github.com/baidubce/bce-sdk-go/services/blb"
	"github.com/baidubce/bce-sdk-go/util/log"
)

const (
	one      = "i-demo0001"
	two      = "i-demo0002"
	password = "Check-pass-2026"
	timeout = 30 * time.Second
)

var clean = false

func report(name string, work func() error) {
	line := map[string]string{"call": name}
	if err := attempt(work); err != nil {
		line["problem"] = err.Error()
	}
	text, _ := json.Marshal(line)
	fmt.Println(string(text))
}

// A client that panics has failed like one that returns an error.
func attempt(work func() error) (err error) {
	defer func() {
		if cause := recover(); cause != nil {
			err = fmt.Errorf("panic: %v", cause)
		}
	}()
	return work()
}

func expect(what string, got, want any) error {
	if fmt.Sprint(got) == fmt.Sprint(want) {
		return nil
	}
	return fmt.Errorf("%s: got %v, expected %v", what, got, want)
}

func until(client *bcc.Client, id, status, image string) error {
	deadline := time.Now().Add(timeout)
	for {
		reply, err := client.GetInstanceDetail(id)
		if err != nil {
			return err
		}
		seen := string(reply.Instance.Status) + " on " + reply.Instance.ImageId
		if seen == status+" on "+image {
			return nil
		}
		if time.Now().After(deadline) {
			return expect(id, seen, status+" on "+image)
		}
		time.Sleep(50 * time.Millisecond)
	}
}

func main() {
	log.SetLogHandler(log.NONE)
	endpoint, access, secret := os.Getenv("ENDPOINT"), os.Getenv("ACCESS_KEY"), os.Getenv("SECRET_KEY")
	client, err := bcc.NewClient(access, secret, endpoint)
	if err != nil {
		panic(err)
	}
	ordinary, err := blb.NewClient(access, secret, endpoint)
	if err != nil {
		panic(err)
	}
	application, err := appblb.NewClient(access, secret, endpoint)
	if err != nil {
		panic(err)
	}
	reads(client)
	images(client)
	power(client)
	rebuilds(client)
	balancers(ordinary, application)
	assistant(client)
	report("a wrong key is refused", func() error {
		wrong, err := bcc.NewClient(access, "another0secret0key0", endpoint)
		if err != nil {
			return err
		}
		if _, err = wrong.GetInstanceDetail(one); err == nil {
			return fmt.Errorf("it was accepted")
		}
		return nil
	})
}

func reads(client *bcc.Client) {
	report("list instances by pages", func() error {
		count, marker := 0, ""
		for {
			page, err := client.ListInstances(&api.ListInstanceArgs{MaxKeys: 3, Marker: marker})
			if err != nil {
				return err
			}
			count += len(page.Instances)
			if !page.IsTruncated {
				return expect("instances", count, 7)
			}
			marker = page.NextMarker
		}
	})
	report("list instances by tag", func() error {
		page, err := client.ListInstances(&api.ListInstanceArgs{Tags: "fleet:demo"})
		if err != nil {
			return err
		}
		return expect("instances", len(page.Instances), 5)
	})
	report("instance", func() error {
		reply, err := client.GetInstanceDetail(one)
		if err != nil {
			return err
		}
		return expect("detail", []any{reply.Instance.InstanceName, reply.Instance.Status, reply.Instance.CardCount}, "[web-1 Running 0]")
	})
	report("instances by IDs", func() error {
		reply, err := client.ListInstanceByInstanceIds(&api.ListInstanceByInstanceIdArgs{InstanceIds: []string{one, two}})
		if err != nil {
			return err
		}
		return expect("instances", len(reply.Instances), 2)
	})
	report("list volumes", func() error {
		reply, err := client.ListCDSVolume(&api.ListCDSVolumeArgs{InstanceId: one})
		if err != nil {
			return err
		}
		return expect("volumes", len(reply.Volumes), 2)
	})
	report("volume", func() error {
		reply, err := client.GetCDSVolumeDetail("v-data0001")
		if err != nil {
			return err
		}
		return expect("size", reply.Volume.DiskSizeInGB, 100)
	})
	report("list snapshots", func() error {
		reply, err := client.ListSnapshot(&api.ListSnapshotArgs{VolumeId: one})
		if err != nil {
			return err
		}
		return expect("progress", []any{len(reply.Snapshots), reply.Snapshots[0].Progress}, "[1 100]")
	})
	report("snapshot", func() error {
		reply, err := client.GetSnapshotDetail("s-demo0001")
		if err != nil {
			return err
		}
		return expect("status", reply.Snapshot.Status, "Available")
	})
	report("zones and flavours", func() error {
		if _, err := client.ListFlavorSpec(&api.ListFlavorSpecArgs{}); err != nil {
			return err
		}
		if _, err := client.ListTypeZones(&api.ListTypeZonesArgs{Spec: "bcc.g5.c2m8"}); err != nil {
			return err
		}
		reply, err := client.ListZone()
		if err != nil {
			return err
		}
		return expect("zones", len(reply.Zones), 1)
	})
	report("user data", func() error {
		// The client's own method for this is not exported.
		body, err := bce.NewBodyFromString(`{"instanceId":"` + one + `"}`)
		if err != nil {
			return err
		}
		reply, err := api.GetInstanceUserDataAttr(client, body)
		if err != nil {
			return err
		}
		return expect("id", reply.InstanceId, one)
	})
}

func images(client *bcc.Client) {
	report("list images", func() error {
		reply, err := client.ListImage(&api.ListImageArgs{ImageType: "Custom"})
		if err != nil {
			return err
		}
		return expect("images", len(reply.Images), 2)
	})
	report("image", func() error {
		reply, err := client.GetImageDetail("m-web-2")
		if err != nil {
			return err
		}
		return expect("name", reply.Image.Name, "web-2")
	})
	report("images by spec", func() error {
		reply, err := client.GetAvailableImagesBySpec(&api.GetAvailableImagesBySpecArg{Spec: "bcc.g5.c2m8", OsName: "Ubuntu"})
		if err != nil {
			return err
		}
		return expect("images", len(reply.Images), 1)
	})
	made := ""
	report("create an image", func() error {
		reply, err := client.CreateImage(&api.CreateImageArgs{ImageName: "check-go", InstanceId: two, ClientToken: "check-go"})
		if err != nil {
			return err
		}
		made = reply.ImageId
		detail, err := client.GetImageDetail(made)
		if err != nil {
			return err
		}
		return expect("name", detail.Image.Name, "check-go")
	})
	report("delete an image", func() error {
		return client.DeleteImage(made)
	})
}

func power(client *bcc.Client) {
	report("stop", func() error {
		if err := client.StopInstanceWithNoCharge(two, false, false); err != nil {
			return err
		}
		return until(client, two, "Stopped", "m-web-1")
	})
	report("start", func() error {
		if err := client.StartInstance(two); err != nil {
			return err
		}
		return until(client, two, "Running", "m-web-1")
	})
	report("reboot", func() error {
		if _, err := client.RebootInstance(two, false); err != nil {
			return err
		}
		return until(client, two, "Running", "m-web-1")
	})
	report("stop and start several", func() error {
		reply, err := client.BatchStopInstance(&api.BatchStopInstanceArgs{InstanceIds: []string{two, "i-none"}})
		if err != nil {
			return err
		}
		if err := expect("failed", reply.FailedInstanceIdList, "[i-none]"); err != nil {
			return err
		}
		_, err = client.BatchStartInstance(&api.BatchStartInstanceArgs{InstanceIds: []string{two}})
		return err
	})
	report("change the password", func() error {
		_, err := client.ChangeInstancePass(two, &api.ChangeInstancePassArgs{AdminPass: password})
		return err
	})
	report("deletion protection", func() error {
		return client.ModifyDeletionProtection(two, &api.DeletionProtectionArgs{DeletionProtection: 0})
	})
}

func rebuilds(client *bcc.Client) {
	report("rebuild with a password", func() error {
		args := &api.RebuildInstanceArgs{ImageId: "m-web-2", AdminPass: password, UserData: "#!/bin/sh", CleanLastUserData: &clean}
		if err := client.RebuildInstance(one, args); err != nil {
			return err
		}
		return until(client, one, "Running", "m-web-2")
	})
	report("rebuild with a key pair", func() error {
		args := &api.RebuildInstanceArgs{ImageId: "m-web-1", KeypairId: "k-demo0001"}
		if err := client.RebuildInstance(one, args); err != nil {
			return err
		}
		return until(client, one, "Running", "m-web-1")
	})
	report("rebuild several", func() error {
		ids := []string{"i-fleet00001", "i-fleet00002"}
		args := &api.RebuildBatchInstanceArgs{ImageId: "m-web-2", InstanceIds: ids, AdminPass: password}
		if err := client.BatchRebuildInstances(args); err != nil {
			return err
		}
		if err := until(client, ids[0], "Running", "m-web-2"); err != nil {
			return err
		}
		return until(client, ids[1], "Running", "m-web-2")
	})
}

func balancers(ordinary *blb.Client, application *appblb.Client) {
	weight := 7
	report("load balancers", func() error {
		if _, err := ordinary.DescribeLoadBalancerDetail("lb-demo0001"); err != nil {
			return err
		}
		reply, err := ordinary.DescribeLoadBalancers(&blb.DescribeLoadBalancersArgs{BccId: one})
		if err != nil {
			return err
		}
		return expect("load balancers", len(reply.BlbList), 1)
	})
	report("health of backend servers", func() error {
		reply, err := ordinary.DescribeHealthStatus("lb-demo0001", &blb.DescribeHealthStatusArgs{ListenerPort: 80})
		if err != nil {
			return err
		}
		return expect("health", []any{reply.ListenerPort, reply.BackendServerList[0].Status}, "[80 Alive]")
	})
	report("weight of a backend server", func() error {
		list := []blb.BackendServerModel{{InstanceId: one, Weight: &weight}}
		if err := ordinary.UpdateBackendServers("lb-demo0001", &blb.UpdateBackendServersArgs{BackendServerList: list}); err != nil {
			return err
		}
		reply, err := ordinary.DescribeBackendServers("lb-demo0001", &blb.DescribeBackendServersArgs{})
		if err != nil {
			return err
		}
		return expect("weight", *reply.BackendServerList[0].Weight, weight)
	})
	report("application load balancers", func() error {
		if _, err := application.DescribeLoadBalancers(&appblb.DescribeLoadBalancersArgs{}); err != nil {
			return err
		}
		if _, err := application.DescribeLoadBalancerDetail("lb-demo0002"); err != nil {
			return err
		}
		reply, err := application.DescribeAppServerGroup("lb-demo0002", &appblb.DescribeAppServerGroupArgs{})
		if err != nil {
			return err
		}
		return expect("group", reply.AppServerGroupList[0].Id, "sg-demo0001")
	})
	report("weight in a server group", func() error {
		args := &appblb.UpdateBlbRsArgs{BlbRsWriteOpArgs: appblb.BlbRsWriteOpArgs{
			SgId:              "sg-demo0001",
			BackendServerList: []appblb.AppBackendServer{{InstanceId: one, Weight: &weight}},
		}}
		if err := application.UpdateBlbRs("lb-demo0002", args); err != nil {
			return err
		}
		reply, err := application.DescribeBlbRs("lb-demo0002", &appblb.DescribeBlbRsArgs{SgId: "sg-demo0001"})
		if err != nil {
			return err
		}
		return expect("weight", *reply.BackendServerList[0].Weight, weight)
	})
}

// This SDK has no calls of Cloud Assistant, so they go through its builder of requests.
func assistant(client *bcc.Client) {
	send := func(method, path string, query map[string]string, body, result any) error {
		return bce.NewRequestBuilder(client).WithMethod(method).WithURL(path).WithQueryParams(query).WithBody(body).WithResult(result).Do()
	}
	report("agents of Cloud Assistant", func() error {
		var reply struct{ Result []struct{ State string } }
		hosts := []map[string]string{{"instanceId": one}, {"instanceId": two}}
		if err := send("POST", "/v1/ca/agent/batch", nil, map[string]any{"hosts": hosts}, &reply); err != nil {
			return err
		}
		return expect("agents", reply.Result, "[{ONLINE} {ONLINE}]")
	})
	id := ""
	report("command by Cloud Assistant", func() error {
		var started struct{ Result struct{ RunId string } }
		script := map[string]any{"type": "SHELL", "content": "exit 1", "scope": "INDIVIDUAL", "user": "root", "workDir": "/"}
		body := map[string]any{
			"execution": "RUN",
			"action":    map[string]any{"type": "COMMAND", "name": "check", "timeoutSecond": 60, "command": script},
			"targets":   []map[string]string{{"instanceType": "BCC", "instanceId": one}},
		}
		if err := send("POST", "/v1/ca/action", nil, body, &started); err != nil {
			return err
		}
		id = started.Result.RunId
		deadline := time.Now().Add(timeout)
		for {
			var reply struct {
				Result struct {
					State    string
					Children []struct{ Output struct{ ExitCode int } }
				}
			}
			if err := send("GET", "/v1/ca/actionRun", map[string]string{"id": id}, nil, &reply); err != nil {
				return err
			}
			run := reply.Result
			if (run.State != "PENDING" && run.State != "RUNNING") || time.Now().After(deadline) {
				return expect("run", []any{run.State, run.Children[0].Output.ExitCode}, "[FAILED 1]")
			}
			time.Sleep(50 * time.Millisecond)
		}
	})
	report("list of its runs", func() error {
		var reply struct {
			Result struct{ Data []struct{ Id string } }
		}
		body := map[string]any{"pageNo": 1, "pageSize": 10, "runId": id}
		if err := send("POST", "/v1/ca/actionRun/list", nil, body, &reply); err != nil {
			return err
		}
		return expect("runs", reply.Result.Data, "[{"+id+"}]")
	})
}
