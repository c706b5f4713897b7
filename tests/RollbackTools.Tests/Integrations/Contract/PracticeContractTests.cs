using System.Runtime.CompilerServices;
using System.Text;
using RollbackTools.Operations.Estate;
using RollbackTools.Operations.Estate.Kubernetes;
using RollbackTools.Practice.Faults;
using RollbackTools.Practice.Kubernetes.Api;

namespace RollbackTools.Tests.Integrations.Contract;

/// <summary>Our client against the practice API server, which shares no code with it: two readings of one wire format.</summary>
public sealed class PracticeContractTests
{
    private const string SetImage = """{"spec":{"template":{"spec":{"containers":[{"name":"c","image":"registry.example/api:42"}]}}}}""";

    [Theory]
    [InlineData("practice")]
    [InlineData("practice-cert")]
    [InlineData("practice-viewer")]
    public async Task Every_way_in_reads(string context)
    {
        await using var practice = await PracticeFixture.StartAsync();
        practice.AddDeployment();
        using var cluster = practice.Connect(context);

        var deployment = await cluster.GetAsync(Resources.Deployments, null, "api", default);

        Assert.Equal("api", deployment.Metadata.Name);
        Assert.Equal(2, deployment.Spec.Replicas);
        Assert.Equal("app=api", deployment.Spec.Selector.ToString());
    }

    [Theory]
    [InlineData("practice-expired", EstateErrorKind.Unauthenticated)]
    [InlineData("practice-wrong-ca", EstateErrorKind.Untrusted)]
    public async Task Every_way_out_says_why(string context, EstateErrorKind kind)
    {
        await using var practice = await PracticeFixture.StartAsync();
        using var cluster = practice.Connect(context);

        var error = await Assert.ThrowsAsync<EstateException>(() => cluster.GetAsync(Resources.Deployments, null, "api", default));

        Assert.Equal(kind, error.Kind);
    }

    [Fact]
    public async Task A_viewer_is_told_what_may_not_be_done_and_may_ask_first()
    {
        await using var practice = await PracticeFixture.StartAsync();
        practice.AddDeployment();
        using var cluster = practice.Connect("practice-viewer");

        var read = await cluster.CanIAsync(new AccessQuery("get", "apps", "deployments", "default"), default);
        var write = await cluster.CanIAsync(new AccessQuery("patch", "apps", "deployments", "default") { Name = "api" }, default);
        var error = await Assert.ThrowsAsync<EstateException>(() => PatchAsync(cluster, PatchType.Strategic, SetImage));

        Assert.True(read.Allowed);
        Assert.False(write.Allowed);
        Assert.Equal(EstateErrorKind.Forbidden, error.Kind);
        Assert.Contains("may not patch deployments.apps \"api\" in namespace default", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_long_list_comes_in_pages_and_survives_their_expiry()
    {
        await using var practice = await PracticeFixture.StartAsync();
        for (var i = 0; i < 1200; i++) practice.AddPod($"pod-{i:0000}");
        using var cluster = practice.Connect();

        var pages = await cluster.ListAsync(Resources.Pods, "default", ListFilter.None, default);
        Assert.Equal(3, practice.Server.Requests.Of("list", "pods"));
        practice.Server.Faults.Add(new FaultRule { Kind = FaultKind.Latency, Verb = "list", Resource = "pods", After = 1, Times = 1, DelayMilliseconds = 200 });
        var reading = cluster.ListAsync(Resources.Pods, null, ListFilter.None, default);
        while (practice.Server.Requests.Of("list", "pods") < 5) await Task.Yield();
        practice.Server.ExpireContinueTokens();
        var again = await reading;

        Assert.Equal(1200, pages.Items.Count);
        Assert.Equal(1200, again.Items.Select(pod => pod.Metadata.Name).Distinct().Count());
        Assert.Equal(1200, again.Items.Count);
    }

    [Fact]
    public async Task Selectors_choose_on_the_server()
    {
        await using var practice = await PracticeFixture.StartAsync();
        foreach (var name in new[] { "api", "web", "worker" }) practice.AddDeployment(name);
        using var cluster = practice.Connect();

        var named = await cluster.ListAsync(Resources.Deployments, "default", ListFilter.Named("web"), default);
        var labelled = await cluster.ListAsync(Resources.Deployments, "default", new ListFilter { LabelSelector = "app in (api,worker)" }, default);

        Assert.Equal(["web"], named.Items.Select(item => item.Metadata.Name));
        Assert.Equal(["api", "worker"], labelled.Items.Select(item => item.Metadata.Name));
    }

    [Theory]
    [InlineData(PatchType.Json, """[{"op":"replace","path":"/spec/template/spec/containers/0/image","value":"registry.example/api:42"}]""")]
    [InlineData(PatchType.Merge, SetImage)]
    [InlineData(PatchType.Strategic, SetImage)]
    public async Task Each_patch_type_changes_the_image(PatchType type, string body)
    {
        await using var practice = await PracticeFixture.StartAsync();
        practice.AddDeployment();
        using var cluster = practice.Connect();
        var before = await cluster.GetAsync(Resources.Deployments, null, "api", default);

        var dry = await PatchAsync(cluster, type, body, new WriteOptions { DryRun = true });
        var unchanged = await cluster.GetAsync(Resources.Deployments, null, "api", default);
        var patched = await PatchAsync(cluster, type, body);

        Assert.Contains("api:42", dry.Spec.Template.GetRawText(), StringComparison.Ordinal);
        Assert.Contains("api:41", unchanged.Spec.Template.GetRawText(), StringComparison.Ordinal);
        Assert.Contains("api:42", patched.Spec.Template.GetRawText(), StringComparison.Ordinal);
        Assert.NotEqual(before.Metadata.ResourceVersion, patched.Metadata.ResourceVersion);
        Assert.Contains(patched.Metadata.ManagedFields, entry => entry is { Manager: WriteOptions.DefaultFieldManager, Operation: "Update" });
    }

    [Fact]
    public async Task Server_side_apply_meets_the_other_managers()
    {
        await using var practice = await PracticeFixture.StartAsync();
        using var cluster = practice.Connect();
        const string mine = """
            {"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"api"},"spec":{"replicas":3,"selector":{"matchLabels":{"app":"api"}},
            "template":{"metadata":{"labels":{"app":"api"}},"spec":{"containers":[{"name":"c","image":"a:1"}]}}}}
            """;

        await PatchAsync(cluster, PatchType.Apply, mine, new WriteOptions { FieldManager = "argocd" });
        var conflict = await Assert.ThrowsAsync<EstateException>(() => PatchAsync(cluster, PatchType.Apply, mine.Replace(":3,", ":5,", StringComparison.Ordinal)));
        var forced = await PatchAsync(cluster, PatchType.Apply, mine.Replace(":3,", ":5,", StringComparison.Ordinal), new WriteOptions { ForceApply = true });

        Assert.Equal(EstateErrorKind.Conflict, conflict.Kind);
        Assert.Contains("argocd", conflict.Message, StringComparison.Ordinal);
        Assert.Equal(5, forced.Spec.Replicas);
    }

    [Theory]
    [InlineData(PatchType.Merge, """{"metadata":{"resourceVersion":"1"},"spec":{"replicas":9}}""", EstateErrorKind.Conflict)]
    [InlineData(PatchType.Strategic, """{"metadata":{"resourceVersion":"1"},"spec":{"replicas":9}}""", EstateErrorKind.Conflict)]
    [InlineData(PatchType.Json, """[{"op":"test","path":"/metadata/resourceVersion","value":"1"},{"op":"replace","path":"/spec/replicas","value":9}]""", EstateErrorKind.Rejected)]
    [InlineData(PatchType.Merge, """{"spec":{"selector":{"matchLabels":{"app":"other"}}}}""", EstateErrorKind.Rejected)]
    public async Task A_write_whose_condition_fails_changes_nothing(PatchType type, string body, EstateErrorKind kind)
    {
        await using var practice = await PracticeFixture.StartAsync();
        practice.AddDeployment();
        using var cluster = practice.Connect();

        var error = await Assert.ThrowsAsync<EstateException>(() => PatchAsync(cluster, type, body, new WriteOptions { Conditional = true }));

        Assert.Equal(kind, error.Kind);
        Assert.Equal(2, (await cluster.GetAsync(Resources.Deployments, null, "api", default)).Spec.Replicas);
        Assert.Equal(1, practice.Server.Requests.Of("patch", "deployments"));
    }

    [Fact]
    public async Task A_lease_is_created_once_and_keeps_its_microseconds()
    {
        await using var practice = await PracticeFixture.StartAsync();
        using var cluster = practice.Connect();
        var now = new DateTimeOffset(2026, 11, 20, 3, 0, 0, TimeSpan.Zero).AddTicks(1234560);
        var lease = new Lease
        {
            Metadata = new ObjectMeta { Name = "rollback-api" },
            Spec = new LeaseSpec { HolderIdentity = "ann", LeaseDurationSeconds = 30, AcquireTime = now, RenewTime = now, LeaseTransitions = 0 },
        };

        var created = await cluster.CreateAsync(Resources.Leases, null, lease, WriteOptions.Default, default);
        var error = await Assert.ThrowsAsync<EstateException>(() => cluster.CreateAsync(Resources.Leases, null, lease, WriteOptions.Default, default));

        Assert.Equal(now, created.Spec.RenewTime);
        Assert.Equal("default", created.Metadata.Namespace);
        Assert.NotEqual("", created.Metadata.Uid);
        Assert.Equal(EstateErrorKind.AlreadyExists, error.Kind);
    }

    [Fact]
    public async Task A_delete_takes_only_the_object_it_means()
    {
        await using var practice = await PracticeFixture.StartAsync();
        practice.AddPod("api-1");
        using var cluster = practice.Connect();
        var pod = await cluster.GetAsync(Resources.Pods, null, "api-1", default);

        var other = await Assert.ThrowsAsync<EstateException>(() => DeleteAsync("someone-else"));
        await DeleteAsync(pod.Metadata.Uid);
        var gone = await Assert.ThrowsAsync<EstateException>(() => DeleteAsync(pod.Metadata.Uid));

        Assert.Equal(EstateErrorKind.Conflict, other.Kind);
        Assert.Equal(EstateErrorKind.NotFound, gone.Kind);

        Task DeleteAsync(string uid) =>
            cluster.DeleteAsync(Resources.Pods, null, "api-1", new DeleteOptions { IfUid = uid, GracePeriodSeconds = 0 }, default);
    }

    [Fact]
    public async Task An_admission_refusal_is_final_and_in_the_webhooks_words()
    {
        await using var practice = await PracticeFixture.StartAsync();
        practice.AddDeployment();
        using var webhook = practice.Server.Admission.Add("policy.example.com", request => request.Operation == "UPDATE" ? "images need a digest" : null);
        using var cluster = practice.Connect();

        var error = await Assert.ThrowsAsync<EstateException>(() => PatchAsync(cluster, PatchType.Strategic, SetImage));

        Assert.Equal(EstateErrorKind.Rejected, error.Kind);
        Assert.Contains("policy.example.com", error.Message, StringComparison.Ordinal);
        Assert.Contains("images need a digest", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_watch_goes_on_through_cuts_expiry_and_compaction()
    {
        await using var practice = await PracticeFixture.StartAsync();
        practice.AddDeployment();
        practice.Break(FaultKind.WatchCut, "watch", events: 1);
        practice.Break(FaultKind.Unavailable, "watch", times: 2);
        using var cluster = practice.Connect();
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        var images = new List<string>();
        var snapshots = 0;

        await foreach (var change in cluster.WatchAsync(Resources.Deployments, "default", ListFilter.Named("api"), null, limit.Token))
        {
            if (change.Type == WatchEventType.Snapshot) snapshots++;
            images.Add(Image(change.Object ?? Assert.Single(change.Snapshot)));
            if (images.Count == 6) break;
            if (images.Count == 3)
            {
                practice.Break(FaultKind.WatchExpired, "watch", events: 0);
                practice.Store.Compact();
            }

            await PatchAsync(cluster, PatchType.Strategic, SetImage.Replace(":42", $":{41 + images.Count}", StringComparison.Ordinal));
        }

        Assert.Equal(["41", "42", "43", "44", "45", "46"], images);
        Assert.True(snapshots >= 1);
    }

    [Fact]
    public async Task Reads_get_through_what_passes()
    {
        await using var practice = await PracticeFixture.StartAsync();
        practice.AddDeployment();
        practice.Break(FaultKind.Reset, "get");
        practice.Break(FaultKind.InternalError, "get");
        practice.Break(FaultKind.TruncatedBody, "get", bytes: 40);
        using var cluster = practice.Connect();

        Assert.Equal("api", (await cluster.GetAsync(Resources.Deployments, null, "api", default)).Metadata.Name);
    }

    [Fact]
    public async Task A_write_that_was_done_but_not_answered_is_done_once()
    {
        await using var practice = await PracticeFixture.StartAsync();
        practice.AddDeployment();
        practice.Break(FaultKind.ResetAfter, "patch");
        using var cluster = practice.Connect();

        var error = await Assert.ThrowsAsync<EstateException>(() => PatchAsync(cluster, PatchType.Strategic, SetImage));

        Assert.Equal(EstateErrorKind.Unreachable, error.Kind);
        Assert.Equal(1, practice.Server.Requests.Of("patch", "deployments"));
        Assert.Equal("42", Image(await cluster.GetAsync(Resources.Deployments, null, "api", default)));
    }

    [Fact]
    public async Task A_conditional_write_that_was_done_but_not_answered_ends_as_a_conflict_not_a_second_change()
    {
        await using var practice = await PracticeFixture.StartAsync();
        practice.AddDeployment();
        practice.Break(FaultKind.ResetAfter, "patch");
        using var cluster = practice.Connect();
        var before = await cluster.GetAsync(Resources.Deployments, null, "api", default);
        var body = SetImage.Replace("{\"spec\":{\"template\"", $"{{\"metadata\":{{\"resourceVersion\":\"{before.Metadata.ResourceVersion}\"}},\"spec\":{{\"template\"", StringComparison.Ordinal);

        var error = await Assert.ThrowsAsync<EstateException>(() => PatchAsync(cluster, PatchType.Strategic, body, new WriteOptions { Conditional = true }));

        Assert.Equal(EstateErrorKind.Conflict, error.Kind);
        Assert.Equal("42", Image(await cluster.GetAsync(Resources.Deployments, null, "api", default)));
    }

    [Fact]
    public async Task Logs_come_as_the_kubelet_wrote_them()
    {
        await using var practice = await PracticeFixture.StartAsync(new FixedLogs("one", "", "drei €"));
        practice.AddPod("api-1");
        using var cluster = practice.Connect();
        var lines = new List<string>();

        await foreach (var line in cluster.ReadLogAsync("default", "api-1", new LogOptions { Container = "c" }, default)) lines.Add(line);
        var error = await Assert.ThrowsAsync<EstateException>(async () =>
        {
            await foreach (var _ in cluster.ReadLogAsync("default", "api-1", new LogOptions { Previous = true }, default)) Assert.Fail("a line");
        });

        Assert.Equal(["one", "", "drei €"], lines);
        Assert.Equal(EstateErrorKind.Rejected, error.Kind);
        Assert.Contains("no previous life", error.Message, StringComparison.Ordinal);
    }

    private static Task<Workload> PatchAsync(ICluster cluster, PatchType type, string body, WriteOptions? options = null) =>
        cluster.PatchAsync(Resources.Deployments, null, "api", new Patch(type, Encoding.UTF8.GetBytes(body)), options ?? WriteOptions.Default, default);

    private static string Image(Workload workload) => workload.Spec.Template.GetProperty("spec").GetProperty("containers")[0].GetProperty("image").GetString()!.Split(':')[1];

    private sealed class FixedLogs(params string[] lines) : IPodLogs
    {
        public async IAsyncEnumerable<PodLogLine> Read(PodLogRequest request, [EnumeratorCancellation] CancellationToken cancellation)
        {
            await Task.Yield();
            if (request.Previous) throw new PodLogsUnavailableException("the container has no previous life");
            foreach (var line in lines) yield return new PodLogLine(DateTimeOffset.UtcNow, line);
        }
    }
}
