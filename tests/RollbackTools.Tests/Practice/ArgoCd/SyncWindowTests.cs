using System.Text.Json.Nodes;
using RollbackTools.Practice.ArgoCd.Projects;

namespace RollbackTools.Tests.Practice.ArgoCd;

public sealed class SyncWindowTests
{
    private static readonly JsonObject Application = JsonNode.Parse("""
        {"metadata":{"name":"shop"},"spec":{"destination":{"server":"https://kubernetes.default.svc","namespace":"prod"}}}
        """)!.AsObject();

    private static DateTimeOffset At(string time) => DateTimeOffset.Parse($"2026-03-04T{time}:00Z");

    private static SyncWindows Windows(string json) =>
        SyncWindows.Of(JsonNode.Parse($$"""{"spec":{"syncWindows":[{{json}}] } }""")!.AsObject(), Application);

    private static string Window(string kind, string schedule, string duration = "1h", string more = "") =>
        $$"""{"kind":"{{kind}}","schedule":"{{schedule}}","duration":"{{duration}}","applications":["sh*"]{{more}} }""";

    [Theory]
    [InlineData("0 22 * * *", "22:30", true)]
    [InlineData("0 22 * * *", "23:01", false)]
    [InlineData("0 22 * * *", "21:59", false)]
    [InlineData("*/15 9-17 * * mon-fri", "09:20", true)]
    [InlineData("0 22 * * sun", "22:30", false)]
    [InlineData("0 22 4 3 *", "22:30", true)]
    [InlineData("0 22 1 * wed", "22:30", true)]
    public void A_deny_forbids_while_its_schedule_says_so(string schedule, string time, bool active) =>
        Assert.Equal(!active, Windows(Window("deny", schedule)).CanSync(manual: false, At(time), started: null));

    [Fact]
    public void A_time_zone_moves_a_window()
    {
        var berlin = Windows(Window("deny", "0 22 * * *", more: ""","timeZone":"Europe/Berlin" """));
        Assert.False(berlin.CanSync(false, At("21:30"), null));
        Assert.True(berlin.CanSync(false, At("22:30"), null));
    }

    [Fact]
    public void People_get_through_a_deny_only_when_every_one_lets_them()
    {
        const string manual = ""","manualSync":true""";
        Assert.True(Windows(Window("deny", "* * * * *", more: manual)).CanSync(manual: true, At("12:00"), null));
        Assert.False(Windows(Window("deny", "* * * * *", more: manual)).CanSync(manual: false, At("12:00"), null));
        Assert.False(Windows(Window("deny", "* * * * *", more: manual) + "," + Window("deny", "* * * * *")).CanSync(true, At("12:00"), null));
    }

    [Fact]
    public void An_allow_that_is_closed_forbids_and_an_open_one_permits_unless_there_is_a_deny()
    {
        Assert.False(Windows(Window("allow", "0 22 * * *")).CanSync(true, At("12:00"), null));
        Assert.True(Windows(Window("allow", "0 22 * * *")).CanSync(false, At("22:30"), null));
        Assert.True(Windows(Window("allow", "0 22 * * *", more: ""","manualSync":true""")).CanSync(true, At("12:00"), null));
        Assert.False(Windows(Window("allow", "0 22 * * *") + "," + Window("deny", "0 22 * * *")).CanSync(true, At("22:30"), null));
    }

    [Fact]
    public void What_began_in_time_may_overrun()
    {
        var windows = Windows(Window("deny", "0 22 * * *", more: ""","syncOverrun":true"""));
        Assert.True(windows.CanSync(false, At("22:30"), At("21:50")));
        Assert.False(windows.CanSync(false, At("22:30"), At("22:10")));
    }

    [Theory]
    [InlineData(""" "applications":["other"],"namespaces":["prod"] """, true)]
    [InlineData(""" "applications":["other"],"namespaces":["prod"],"andOperator":true """, false)]
    [InlineData(""" "applications":["shop"],"namespaces":["pr*"],"andOperator":true """, true)]
    [InlineData(""" "clusters":["https://kubernetes.*"] """, true)]
    [InlineData(""" "applications":["shopping"] """, false)]
    public void It_concerns_what_its_lists_name(string lists, bool concerned) => Assert.Equal(concerned ? 1 : 0,
        Windows($$"""{"kind":"deny","schedule":"* * * * *","duration":"1h",{{lists}} }""").Assigned.Count);

    [Fact]
    public void A_window_that_cannot_be_read_says_so()
    {
        var bad = Assert.Throws<FormatException>(() => Windows(Window("deny", "0 25 * * *")).CanSync(true, At("12:00"), null));
        Assert.StartsWith("cannot parse schedule '0 25 * * *': ", bad.Message);
        Assert.StartsWith("cannot parse duration 'long': ",
            Assert.Throws<FormatException>(() => Windows(Window("deny", "* * * * *", "long")).CanSync(true, At("12:00"), null)).Message);
    }

    [Fact]
    public async Task A_blocked_operation_stays_Running_until_the_window_is_gone()
    {
        await using ArgoPractice argo = new();
        argo.Git.Commit("shop", ArgoPractice.Deployment("shop/api:1"));
        argo.Cluster.Operator.Apply(Project("manualSync: false"));
        await argo.StartAsync("{ automated: {} }");
        Assert.Null(argo.Phase);

        await argo.OperateAsync("{}");
        await argo.Cluster.RunAsync(300);
        Assert.Equal(("Running", "Sync operation blocked by sync window", null), (argo.Phase, argo.Message, argo.Image));

        argo.Change(body => body["status"]!["operationState"]!["phase"] = "Terminating");
        await argo.Cluster.RunAsync(300);
        Assert.Equal("Terminating", argo.Phase);

        argo.Cluster.Operator.Apply("{ apiVersion: argoproj.io/v1alpha1, kind: AppProject, metadata: { name: default, namespace: argocd }, spec: {} }");
        await argo.Cluster.RunAsync(60);
        Assert.Null(argo.App["operation"]);
    }

    [Fact]
    public async Task Manual_operations_get_through_where_the_window_lets_them()
    {
        await using ArgoPractice argo = new();
        argo.Git.Commit("shop", ArgoPractice.Deployment("shop/api:1"));
        argo.Cluster.Operator.Apply(Project("manualSync: true"));
        await argo.StartAsync("{ automated: {} }");
        Assert.Null(argo.Image);
        await argo.OperateAsync("{}");
        Assert.Equal(("Succeeded", "shop/api:1"), (argo.Phase, argo.Image));
    }

    private static string Project(string more) => $$"""
        apiVersion: argoproj.io/v1alpha1
        kind: AppProject
        metadata: { name: default, namespace: argocd }
        spec:
          syncWindows:
          - { kind: deny, schedule: "* * * * *", duration: 1h, applications: ["*"], {{more}} }
        """;
}
