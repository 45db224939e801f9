/** Conformance check of the emulator with the vendor's SDK for Java. Prints one line per call as JSON. */

import com.baidubce.auth.DefaultBceCredentials;
import com.baidubce.services.bcc.BccClient;
import com.baidubce.services.bcc.BccClientConfiguration;
import com.baidubce.services.bcc.model.InstanceModel;
import com.baidubce.services.bcc.model.flavor.ListFlavorSpecRequest;
import com.baidubce.services.bcc.model.image.CreateImageRequest;
import com.baidubce.services.bcc.model.image.GetAvailableImagesBySpecRequest;
import com.baidubce.services.bcc.model.image.ListImagesRequest;
import com.baidubce.services.bcc.model.instance.BatchStopInstanceRequest;
import com.baidubce.services.bcc.model.instance.ListInstanceByIdsRequest;
import com.baidubce.services.bcc.model.instance.ListInstancesRequest;
import com.baidubce.services.bcc.model.instance.ListInstancesResponse;
import com.baidubce.services.bcc.model.instance.RebuildInstanceRequest;
import com.baidubce.services.bcc.model.snapshot.ListSnapshotsRequest;
import com.baidubce.services.bcc.model.volume.ListVolumesRequest;
import com.baidubce.services.blb.AppBlbClient;
import com.baidubce.services.blb.BlbClient;
import com.baidubce.services.blb.BlbClientConfiguration;
import com.baidubce.services.blb.model.AppBackendServer;
import com.baidubce.services.blb.model.BackendServer;
import com.baidubce.services.blb.model.BlbDetailRequest;
import com.baidubce.services.blb.model.ListBlbRequest;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

public class Conformance {
  private static final String ONE = "i-demo0001";
  private static final String TWO = "i-demo0002";
  private static final String PASSWORD = "Check-pass-2026";
  private static final long TIMEOUT_MS = 30_000;

  private static BccClient bcc;
  private static BlbClient ordinary;
  private static AppBlbClient application;
  private static String made = "";

  private interface Work {
    void run() throws Exception;
  }

  public static void main(String[] args) throws Exception {
    String secret = System.getenv("SECRET_KEY");
    bcc = bccWith(secret);
    BlbClientConfiguration balancers = new BlbClientConfiguration();
    balancers.setEndpoint(System.getenv("ENDPOINT"));
    balancers.setCredentials(new DefaultBceCredentials(System.getenv("ACCESS_KEY"), secret));
    ordinary = new BlbClient(balancers);
    application = new AppBlbClient(balancers);
    reads();
    images();
    power();
    rebuilds();
    balancers();
    report("a wrong key is refused", () -> {
      try {
        bccWith("another0secret0key0").getInstance(ONE);
      } catch (Exception refusal) {
        return;
      }
      throw new IllegalStateException("it was accepted");
    });
    // The client keeps threads of its own.
    System.exit(0);
  }

  private static BccClient bccWith(String secret) {
    BccClientConfiguration configuration = new BccClientConfiguration();
    configuration.setEndpoint(System.getenv("ENDPOINT"));
    configuration.setCredentials(new DefaultBceCredentials(System.getenv("ACCESS_KEY"), secret));
    return new BccClient(configuration);
  }

  private static void report(String call, Work work) throws Exception {
    Map<String, String> line = new LinkedHashMap<>();
    line.put("call", call);
    try {
      work.run();
    } catch (Exception error) {
      line.put("problem", error.toString());
    }
    System.out.println(new ObjectMapper().writeValueAsString(line));
  }

  private static void expect(String what, Object got, Object want) {
    if (!String.valueOf(got).equals(String.valueOf(want))) {
      throw new IllegalStateException(what + ": got " + got + ", expected " + want);
    }
  }

  private static void until(String id, String status, String image) throws Exception {
    long deadline = System.currentTimeMillis() + TIMEOUT_MS;
    String wanted = status + " on " + image;
    while (true) {
      InstanceModel instance = bcc.getInstance(id).getInstance();
      String seen = instance.getStatus() + " on " + instance.getImageId();
      if (seen.equals(wanted)) return;
      if (System.currentTimeMillis() > deadline) expect(id, seen, wanted);
      Thread.sleep(50);
    }
  }

  private static void reads() throws Exception {
    report("list instances by pages", () -> {
      int count = 0;
      String marker = null;
      ListInstancesResponse page;
      do {
        ListInstancesRequest request = new ListInstancesRequest().withMaxKeys(3);
        page = bcc.listInstances(marker == null ? request : request.withMarker(marker));
        count += page.getInstances().size();
        marker = page.getNextMarker();
      } while (page.getIsTruncated());
      expect("instances", count, 7);
    });
    report("list instances by tag", () -> {
      ListInstancesRequest request = new ListInstancesRequest();
      request.setTags("fleet:demo");
      expect("instances", bcc.listInstances(request).getInstances().size(), 5);
    });
    report("instance", () -> {
      InstanceModel seen = bcc.getInstance(ONE).getInstance();
      expect("detail", List.of(seen.getName(), seen.getStatus(), seen.getCardCount()), "[web-1, Running, 0]");
    });
    report("instances by IDs", () -> {
      ListInstanceByIdsRequest request = new ListInstanceByIdsRequest().withInstanceIds(List.of(ONE, TWO));
      expect("instances", bcc.listInstanceByIds(request).getInstances().size(), 2);
    });
    report("list volumes", () -> {
      ListVolumesRequest request = new ListVolumesRequest().withInstanceId(ONE);
      expect("volumes", bcc.listVolumes(request).getVolumes().size(), 2);
    });
    report("volume", () -> expect("size", bcc.getVolume("v-data0001").getVolume().getDiskSizeInGB(), 100));
    report("list snapshots", () -> {
      ListSnapshotsRequest request = new ListSnapshotsRequest().withVolumeId(ONE);
      expect("snapshots", bcc.listSnapshots(request).getSnapshots().size(), 1);
    });
    report("snapshot", () -> expect("status", bcc.getSnapshot("s-demo0001").getSnapshot().getStatus(), "Available"));
    report("zones and flavours", () -> {
      bcc.listFlavorSpec(new ListFlavorSpecRequest());
      expect("zones", bcc.listZones().getZones().size(), 1);
    });
  }

  private static void images() throws Exception {
    report("list images", () -> {
      ListImagesRequest request = new ListImagesRequest().withImageType("Custom");
      expect("images", bcc.listImages(request).getImages().size(), 2);
    });
    report("image", () -> expect("name", bcc.getImage("m-web-2").getImage().getName(), "web-2"));
    report("images by spec", () -> {
      GetAvailableImagesBySpecRequest request = new GetAvailableImagesBySpecRequest();
      request.setSpec("bcc.g5.c2m8");
      request.setOsName("Ubuntu");
      expect("images", bcc.getAvailableImagesBySpec(request).getImages().size(), 1);
    });
    report("create an image", () -> {
      CreateImageRequest request = new CreateImageRequest();
      request.setImageName("check-java");
      request.setInstanceId(TWO);
      request.setClientToken("check-java");
      made = bcc.createImage(request).getImageId();
      expect("name", bcc.getImage(made).getImage().getName(), "check-java");
    });
    report("delete an image", () -> bcc.deleteImage(made));
  }

  private static void power() throws Exception {
    report("stop", () -> {
      bcc.stopInstance(TWO);
      until(TWO, "Stopped", "m-web-1");
    });
    report("start", () -> {
      bcc.startInstance(TWO);
      until(TWO, "Running", "m-web-1");
    });
    report("reboot", () -> {
      bcc.rebootInstance(TWO);
      until(TWO, "Running", "m-web-1");
    });
    // It has no call that starts several.
    report("stop and start several", () -> {
      BatchStopInstanceRequest request = new BatchStopInstanceRequest();
      request.setInstanceIds(List.of(TWO));
      bcc.batchStopInstance(request);
      until(TWO, "Stopped", "m-web-1");
      bcc.startInstance(TWO);
      until(TWO, "Running", "m-web-1");
    });
    report("change the password", () -> bcc.modifyInstancePassword(TWO, PASSWORD));
  }

  private static void rebuilds() throws Exception {
    report("rebuild with a password", () -> {
      bcc.rebuildInstance(ONE, "m-web-2", PASSWORD);
      until(ONE, "Running", "m-web-2");
    });
    // This client insists on a password, and sends both.
    report("rebuild with a key pair", () -> {
      RebuildInstanceRequest request = new RebuildInstanceRequest();
      request.setInstanceId(ONE);
      request.setImageId("m-web-1");
      request.setAdminPass(PASSWORD);
      request.setKeypairId("k-demo0001");
      bcc.rebuildInstance(request);
      until(ONE, "Running", "m-web-1");
    });
    report("rebuild several", () -> {
      List<String> ids = List.of("i-fleet00001", "i-fleet00002");
      bcc.rebuildBatchInstance(ids, "m-web-2", PASSWORD);
      for (String id : ids) until(id, "Running", "m-web-2");
    });
  }

  private static void balancers() throws Exception {
    report("load balancers", () -> {
      ordinary.blbDetail(new BlbDetailRequest().withBlbId("lb-demo0001"));
      expect("load balancers", ordinary.listBlbs(new ListBlbRequest().withBccId(ONE)).getBlbList().size(), 1);
    });
    report("health of backend servers", () -> {
      var reply = ordinary.listBackendServerStatus("lb-demo0001", 80);
      String status = reply.getBackendServerList().get(0).getStatus();
      expect("health", List.of(reply.getListenerPort(), status), "[80, Alive]");
    });
    report("weight of a backend server", () -> {
      BackendServer server = new BackendServer();
      server.setInstanceId(ONE);
      server.setWeight(7);
      ordinary.modifyBackendServerAttributes("lb-demo0001", List.of(server));
      expect("weight", ordinary.listBackendServers("lb-demo0001").getBackendServerList().get(0).getWeight(), 7);
    });
    report("application load balancers", () -> {
      application.listBlbs(new ListBlbRequest());
      application.blbDetail(new BlbDetailRequest().withBlbId("lb-demo0002"));
      var groups = application.listAppServerGroup("lb-demo0002", null).getAppServerGroupList();
      expect("group", groups.get(0).getId(), "sg-demo0001");
    });
    report("weight in a server group", () -> {
      AppBackendServer server = new AppBackendServer();
      server.setInstanceId(ONE);
      server.setWeight(7);
      application.modifyBlbRs("lb-demo0002", "sg-demo0001", List.of(server));
      var members = application.listBlbRs("lb-demo0002", "sg-demo0001").getBackendServerList();
      expect("weight", members.get(0).getWeight(), 7);
    });
  }
}
