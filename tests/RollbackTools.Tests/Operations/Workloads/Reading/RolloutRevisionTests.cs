using System.Text.Json;
using RollbackTools.Operations.Estate.Kubernetes;
using RollbackTools.Operations.Workloads.Reading;
using RollbackTools.Operations.Workloads.Templates;

namespace RollbackTools.Tests.Operations.Workloads.Reading;

public sealed class RolloutRevisionTests
{
    private const string Ephemeral = """{"labels":{"role":"canary"},"annotations":{"who":"canary"}}""";

    [Fact]
    public void What_the_controller_injected_is_not_of_the_template()
    {
        var revision = From("""
            {"metadata":{"labels":{"app":"api","role":"canary","rollouts-pod-template-hash":"7d9f"},"annotations":{"who":"canary","mine":"stays"}},
             "spec":{"affinity":{"podAntiAffinity":{"requiredDuringSchedulingIgnoredDuringExecution":[
               {"labelSelector":{"matchExpressions":[{"key":"rollouts-pod-template-hash","operator":"In","values":["aaaa"]}]},"namespaces":["prod"],"topologyKey":"kubernetes.io/hostname"}]}},
              "containers":[{"name":"api","image":"a:1"}]}}
            """, Ephemeral);

        Assert.Equal((3, "7d9f"), (revision!.Number, revision.PodHash));
        Assert.Equal([1, 2], revision.FormerNumbers);
        Assert.Equal(PodTemplates.Of("""{"metadata":{"labels":{"app":"api"},"annotations":{"mine":"stays"}},"spec":{"containers":[{"name":"api","image":"a:1"}]}}""").Hash, revision.Template.Hash);
    }

    [Fact]
    public void An_affinity_of_ones_own_stays_beside_the_injected_one()
    {
        const string own = """{"weight":1,"podAffinityTerm":{"labelSelector":{"matchLabels":{"app":"api"}},"topologyKey":"zone"}}""";
        var revision = From($$$"""
            {"metadata":{"labels":{"app":"api"}},"spec":{"affinity":{"podAntiAffinity":{"preferredDuringSchedulingIgnoredDuringExecution":[{{{own}}},
               {"weight":5,"podAffinityTerm":{"labelSelector":{"matchExpressions":[{"key":"rollouts-pod-template-hash","operator":"In","values":["aaaa"]}]},"topologyKey":"kubernetes.io/hostname"}}]}},
              "containers":[{"name":"api","image":"a:1"}]}}
            """, null);

        Assert.Equal(PodTemplates.Of($$$"""
            {"metadata":{"labels":{"app":"api"}},"spec":{"affinity":{"podAntiAffinity":{"preferredDuringSchedulingIgnoredDuringExecution":[{{{own}}}]}},"containers":[{"name":"api","image":"a:1"}]}}
            """).Hash, revision!.Template.Hash);
    }

    [Theory]
    [InlineData("not json")]
    [InlineData("[]")]
    [InlineData("""{"labels":3}""")]
    public void A_note_that_cannot_be_read_takes_nothing_away(string note) =>
        Assert.Contains("\"role\"", From("""{"metadata":{"labels":{"role":"canary"}},"spec":{"containers":[{"name":"api","image":"a:1"}]}}""", note)!.Template.Json.GetRawText(), StringComparison.Ordinal);

    [Theory]
    [InlineData("")]
    [InlineData("x")]
    [InlineData("-1")]
    public void A_ReplicaSet_without_a_readable_number_is_no_revision(string number) =>
        Assert.Null(From("""{"spec":{"containers":[{"name":"api","image":"a:1"}]}}""", null, number));

    [Fact]
    public void The_target_is_put_in_the_words_of_the_live_template()
    {
        var live = PodTemplates.Of("""{"metadata":{"labels":{"app":"api"}},"spec":{"containers":[{"name":"api","image":"a:2","env":[{"name":"A","value":"1"}]}]}}""");
        var kept = PodTemplates.Of("""{"metadata":{"labels":{"app":"api"}},"spec":{"restartPolicy":"Always","containers":[{"name":"api","image":"a:2","imagePullPolicy":"IfNotPresent","env":[{"name":"A","value":"1"}]}]}}""");
        var target = PodTemplates.Of("""{"metadata":{"labels":{"app":"api"}},"spec":{"restartPolicy":"Always","containers":[{"name":"api","image":"a:1","imagePullPolicy":"IfNotPresent","env":[{"name":"A","value":"1"},{"name":"B","value":"2"}]}]}}""");

        var written = RolloutRevision.AsWritten(live, kept, target);

        Assert.Equal(target.Hash, written.Hash);
        Assert.DoesNotContain("restartPolicy", written.Json.GetRawText(), StringComparison.Ordinal);
        Assert.DoesNotContain("imagePullPolicy", written.Json.GetRawText(), StringComparison.Ordinal);
        Assert.Same(target, RolloutRevision.AsWritten(live, null, target));
    }

    private static Revision? From(string template, string? ephemeral, string number = "3")
    {
        Dictionary<string, string> annotations = new() { [RolloutRevision.RevisionAnnotation] = number, [RolloutRevision.HistoryAnnotation] = "1,2" };
        if (ephemeral is not null) annotations[RolloutRevision.EphemeralAnnotation] = ephemeral;
        return RolloutRevision.From(new ReplicaSet
        {
            Metadata = new ObjectMeta { Name = "api-7d9f", Labels = new Dictionary<string, string> { [RolloutRevision.HashLabel] = "7d9f" }, Annotations = annotations },
            Spec = new ReplicaSetSpec { Template = JsonDocument.Parse(template).RootElement.Clone() },
        });
    }
}
