"""Conformance check of the emulator with the vendor's SDK for Python. Prints one line per call as JSON."""

import json
import logging
import os
import time

from baidubce.auth.bce_credentials import BceCredentials
from baidubce.bce_client_configuration import BceClientConfiguration
from baidubce.services.bcc.bcc_client import BccClient
from baidubce.services.blb.app_blb_client import AppBlbClient
from baidubce.services.blb.blb_client import BlbClient
from baidubce.services.ca.ca_client import CaClient
from baidubce.services.ca.ca_model import Action, Command, Instance, Target

ONE = "i-demo0001"
TWO = "i-demo0002"
PASSWORD = "Check-pass-2026"
TIMEOUT_SECONDS = 30

logging.disable(logging.CRITICAL)


def configuration(secret=None):
    credentials = BceCredentials(os.environ["ACCESS_KEY"], secret or os.environ["SECRET_KEY"])
    return BceClientConfiguration(credentials=credentials, endpoint=os.environ["ENDPOINT"])


bcc = BccClient(configuration())
ordinary = BlbClient(configuration())
application = AppBlbClient(configuration())
assistant = CaClient(configuration())


def report(name, work):
    line = {"call": name}
    try:
        work()
    except Exception as error:  # Any error of the client is a finding.
        line["problem"] = str(error) or type(error).__name__
    print(json.dumps(line), flush=True)


def expect(what, got, want):
    if got != want:
        raise AssertionError(f"{what}: got {got!r}, expected {want!r}")


def until(instance_id, status, image_id):
    deadline = time.monotonic() + TIMEOUT_SECONDS
    while True:
        instance = bcc.get_instance(instance_id).instance
        if (instance.status, instance.image_id) == (status, image_id):
            return
        if time.monotonic() > deadline:
            expect(instance_id, (instance.status, instance.image_id), (status, image_id))
        time.sleep(0.05)


def list_by_pages():
    count, marker = 0, None
    while True:
        page = bcc.list_instances(max_keys=3, marker=marker)
        count += len(page.instances)
        if not page.is_truncated:
            return expect("instances", count, 7)
        marker = page.next_marker


def instance():
    seen = bcc.get_instance(ONE).instance
    expect("detail", (seen.name, seen.status, seen.card_count), ("web-1", "Running", "0"))


made = []


def create_image():
    made.append(bcc.create_image_from_instance_id("check-python", TWO).image_id)
    expect("name", bcc.get_image(made[0]).image.name, "check-python")


def stop():
    bcc.stop_instance(TWO)
    until(TWO, "Stopped", "m-web-1")


def start():
    bcc.start_instance(TWO)
    until(TWO, "Running", "m-web-1")


def reboot():
    bcc.reboot_instance(TWO)
    until(TWO, "Running", "m-web-1")


def power_several():
    expect("failed", bcc.batch_stop_instance([TWO, "i-none"]).failed_instance_id_list, ["i-none"])
    bcc.batch_start_instance([TWO])


def rebuild_by_password():
    bcc.rebuild_instance(ONE, "m-web-2", admin_pass=PASSWORD, user_data="#!/bin/sh")
    until(ONE, "Running", "m-web-2")


def rebuild_by_key_pair():
    bcc.rebuild_instance(ONE, "m-web-1", key_pair_id="k-demo0001")
    until(ONE, "Running", "m-web-1")


def rebuild_several():
    ids = ["i-fleet00001", "i-fleet00002"]
    bcc.batch_rebuild_instances("m-web-2", PASSWORD, ids)
    for each in ids:
        until(each, "Running", "m-web-2")


runs = []


def command():
    script = Command("SHELL", "exit 1", "INDIVIDUAL", False, None, "root", "/")
    action = Action(ref="", id="", type="COMMAND", name="check", timeout_second=60, command=script)
    reply = assistant.create_action(execution="RUN", user_id="", action=action, targets=[Target("BCC", ONE)])
    runs.append(reply.result.run_id)
    deadline = time.monotonic() + TIMEOUT_SECONDS
    while True:
        run = assistant.get_action_run(runs[0], "").result
        if run.state not in ("PENDING", "RUNNING") or time.monotonic() > deadline:
            return expect("run", (run.state, run.children[0].output.exit_code), ("FAILED", 1))
        time.sleep(0.05)


def list_of_runs():
    found = assistant.action_run_list(page_no=1, page_size=10, user_id="", run_id=runs[0]).result
    expect("runs", [run.id for run in found.data], runs)


def agents():
    found = assistant.batch_get_agent([Instance(ONE), Instance(TWO)]).result
    expect("agents", [agent.state for agent in found], ["ONLINE", "ONLINE"])


def zones():
    expect("zones", len(bcc.list_zones().zones), 1)


def balancers():
    ordinary.describe_loadbalancer_detail("lb-demo0001")
    expect("load balancers", len(ordinary.describe_loadbalancers(bcc_id=ONE).blb_list), 1)


def health():
    reply = ordinary.describe_health_status("lb-demo0001", 80)
    expect("health", (reply.listener_port, reply.backend_server_list[0].status), (80, "Alive"))


def weight():
    ordinary.update_backend_servers("lb-demo0001", [{"instanceId": ONE, "weight": 7}])
    expect("weight", ordinary.describe_backend_servers("lb-demo0001").backend_server_list[0].weight, 7)


def application_balancers():
    application.describe_app_loadbalancers()
    application.describe_app_loadbalancer_detail("lb-demo0002")
    groups = application.describe_app_server_group("lb-demo0002").app_server_group_list
    expect("group", groups[0].id, "sg-demo0001")


def group_weight():
    application.update_app_blb_rs("lb-demo0002", "sg-demo0001", [{"instanceId": ONE, "weight": 7}])
    reply = application.describe_app_blb_rs("lb-demo0002", "sg-demo0001")
    expect("weight", reply.backend_server_list[0].weight, 7)


def wrong_key():
    try:
        BccClient(configuration("another0secret0key0")).get_instance(ONE)
    except Exception:
        return
    raise AssertionError("it was accepted")


report("list instances by pages", list_by_pages)
report("list instances by tag", lambda: expect("instances", len(bcc.list_instances(tags="fleet:demo").instances), 5))
report("instance", instance)
report(
    "instances by IDs",
    lambda: expect("instances", len(bcc.list_instance_by_instance_ids([ONE, TWO]).instances), 2),
)
report("list volumes", lambda: expect("volumes", len(bcc.list_volumes(instance_id=ONE).volumes), 2))
report("volume", lambda: expect("size", bcc.get_volume("v-data0001").volume.disk_size_in_gb, 100))
report("list snapshots", lambda: expect("progress", bcc.list_snapshots(volume_id=ONE).snapshots[0].progress, "100"))
report("snapshot", lambda: expect("status", bcc.get_snapshot("s-demo0001").snapshot.status, "Available"))
report("zones and flavours", zones)
report("user data", lambda: expect("id", bcc.get_instance_user_data(ONE).instance_id, ONE))
report("agents of Cloud Assistant", agents)
report("command by Cloud Assistant", command)
report("list of its runs", list_of_runs)
report("list images", lambda: expect("images", len(bcc.list_images("Custom").images), 2))
report("image", lambda: expect("name", bcc.get_image("m-web-2").image.name, "web-2"))
report("create an image", create_image)
report("delete an image", lambda: bcc.delete_image(made[0]))
report("stop", stop)
report("start", start)
report("reboot", reboot)
report("stop and start several", power_several)
report("change the password", lambda: bcc.modify_instance_password(TWO, PASSWORD))
report("deletion protection", lambda: bcc.modify_deletion_protection(TWO, 0))
report("rebuild with a password", rebuild_by_password)
report("rebuild with a key pair", rebuild_by_key_pair)
report("rebuild several", rebuild_several)
report("load balancers", balancers)
report("health of backend servers", health)
report("weight of a backend server", weight)
report("application load balancers", application_balancers)
report("weight in a server group", group_weight)
report("a wrong key is refused", wrong_key)
