using System.Text.Json.Nodes;
using RollbackTools.Operations.Estate.Kubernetes;
using RollbackTools.Operations.Workloads.Restoring;
using RollbackTools.Operations.Workloads.Templates;

namespace RollbackTools.Tests.Operations.Workloads.Templates;

public sealed class LastAppliedTests
{
    private const string Manifest1 =
        """{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"annotations":{},"name":"web"},"spec":{"template":{"metadata":{"labels":{"app":"web"}},"spec":{"containers":[{"args":["a \u0026\u0026 b"],"image":"web:1","name":"web","ports":[{"containerPort":53,"name":"t","protocol":"TCP"},{"containerPort":53,"name":"u","protocol":"UDP"}]}],"volumes":[{"configMap":{"name":"cm"},"name":"v"}]}}}}""" + "\n";

    private const string Manifest2 =
        """{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"annotations":{},"name":"web"},"spec":{"template":{"metadata":{"labels":{"app":"web"}},"spec":{"containers":[{"args":["a \u003e b"],"env":[{"name":"E","value":"é 🚀"}],"image":"web:2","name":"web"}]}}}}""" + "\n";

    // As the server stores the two: with defaults, in its own order.
    private static readonly PodTemplate Version1 = PodTemplates.Of("""
        {"metadata":{"creationTimestamp":null,"labels":{"app":"web"}},"spec":{"volumes":[{"name":"v","configMap":{"name":"cm","defaultMode":420}}],"containers":[
          {"name":"web","image":"web:1","args":["a && b"],"ports":[{"name":"t","containerPort":53,"protocol":"TCP"},{"name":"u","containerPort":53,"protocol":"UDP"}],
           "resources":{},"terminationMessagePath":"/dev/termination-log","terminationMessagePolicy":"File","imagePullPolicy":"IfNotPresent"}],
          "restartPolicy":"Always","terminationGracePeriodSeconds":30,"dnsPolicy":"ClusterFirst","securityContext":{},"schedulerName":"default-scheduler"}}
        """);

    private static readonly PodTemplate Version2 = PodTemplates.Of("""
        {"metadata":{"creationTimestamp":null,"labels":{"app":"web"}},"spec":{"containers":[
          {"name":"web","image":"web:2","args":["a > b"],"env":[{"name":"E","value":"é 🚀"}],
           "resources":{},"terminationMessagePath":"/dev/termination-log","terminationMessagePolicy":"File","imagePullPolicy":"IfNotPresent"}],
          "restartPolicy":"Always","terminationGracePeriodSeconds":30,"dnsPolicy":"ClusterFirst","securityContext":{},"schedulerName":"default-scheduler"}}
        """);

    [Fact]
    public void It_becomes_byte_for_byte_what_kubectl_wrote_for_that_version()
    {
        Assert.Equal(Manifest1, LastApplied.After(Manifest2, Version2, Version1));
        Assert.Equal(Manifest2, LastApplied.After(Manifest1, Version1, Version2));
    }

    [Fact]
    public void What_a_revision_remembers_of_it_goes_before_what_can_be_worked_out()
    {
        var spelled = Manifest1.Replace("\"name\":\"web\",\"ports\"", "\"imagePullPolicy\":\"IfNotPresent\",\"name\":\"web\",\"ports\"", StringComparison.Ordinal);
        PodTemplate remembered = new(Version1.Json) { AppliedAs = spelled };

        Assert.Equal(spelled, LastApplied.After(Manifest2, Version2, remembered));
    }

    [Fact]
    public void What_a_revision_remembers_of_another_version_is_not_taken()
    {
        PodTemplate edited = new(Version1.Json) { AppliedAs = Manifest2 };

        Assert.Equal(Manifest1, LastApplied.After(Manifest2, Version2, edited));
    }

    [Fact]
    public void What_nobody_declared_stays_undeclared()
    {
        var set1 = Version1.WithImages(new Dictionary<string, string> { ["web"] = "web:1.1" });
        var restarted = PodTemplates.Of("""{"metadata":{"annotations":{"kubectl.kubernetes.io/restartedAt":"2026-01-01T00:00:00Z"},"labels":{"app":"web"}},"spec":{"containers":[{"name":"web","image":"web:1"}]}}""");
        var before = PodTemplates.Of("""{"metadata":{"labels":{"app":"web"}},"spec":{"containers":[{"name":"web","image":"web:1"}]}}""");
        var sidecar1 = PodTemplates.Of("""{"spec":{"containers":[{"name":"web","image":"web:1"},{"name":"mesh","image":"mesh:1"}]}}""");
        var sidecar2 = PodTemplates.Of("""{"spec":{"containers":[{"name":"web","image":"web:1"},{"name":"mesh","image":"mesh:2"}]}}""");

        Assert.Equal(Manifest1, LastApplied.After(Manifest1, set1, Version1));
        Assert.Equal(Manifest1, LastApplied.After(Manifest1, before, restarted));
        Assert.Equal(Manifest1, LastApplied.After(Manifest1, sidecar1, sidecar2));
    }

    [Theory]
    [InlineData("web:2")]
    [InlineData("web:1")]
    public void An_undo_leaves_what_was_there_before_a_rollback(string declared)
    {
        // Applied and shipped as web:2, or applied as web:1 with `kubectl set image` after it.
        var before = Manifest1.Replace("web:1", declared, StringComparison.Ordinal);
        var bad = Version1.WithImages(new Dictionary<string, string> { ["web"] = "web:2" });
        var after = LastApplied.After(before, bad, Version1);

        Assert.Equal(Manifest1, after);
        Assert.True(LastApplied.CanBeFoundAgain(before, after, bad, Version1));
        Assert.Equal(before, LastApplied.Before(new Workload(), after, Version1, bad, LastApplied.Fingerprint(before)));
    }

    [Fact]
    public void What_nothing_else_tells_is_kept_for_an_undo()
    {
        // Applied as web:2, and set to web:2.1 by hand.
        var before = Manifest1.Replace("web:1", "web:2", StringComparison.Ordinal);
        var bad = Version1.WithImages(new Dictionary<string, string> { ["web"] = "web:2.1" });
        var after = LastApplied.After(before, bad, Version1);
        Workload live = new() { Metadata = new() { Annotations = new Dictionary<string, string> { [LastApplied.BeforeAnnotation] = before } } };

        Assert.False(LastApplied.CanBeFoundAgain(before, after, bad, Version1));
        Assert.Equal(before, LastApplied.Before(live, after, Version1, bad, LastApplied.Fingerprint(before)));
    }

    [Theory]
    [InlineData("no JSON")]
    [InlineData("[]")]
    [InlineData("""{"spec":1}""")]
    [InlineData("""{"spec":{"template":{}},"spec":{"template":{}}}""")]
    public void What_cannot_be_read_stays(string applied) => Assert.Equal(applied, LastApplied.After(applied, Version2, Version1));

    [Theory]
    [InlineData("Deployment")]
    [InlineData("StatefulSet")]
    [InlineData("DaemonSet")]
    [InlineData("Rollout")]
    public void A_request_never_tests_free_text(string kind)
    {
        Workload live = new()
        {
            Metadata = new()
            {
                Uid = "u1", ResourceVersion = "7", Generation = 3,
                Annotations = new Dictionary<string, string> { [LastApplied.Annotation] = Manifest2, [Revision.ChangeCauseAnnotation] = "it's \"new\" <b> & é" },
            },
        };
        RestoreTemplate step = new() { Kind = Enum.Parse<WorkloadKind>(kind), ChangeCause = "Rolled back: \"<&>\"", To = TemplateIdentity.Of(Version1, null), From = TemplateIdentity.Of(Version2, null) };

        var tested = Tested(TemplatePatch.Build(step, live, Version2, Version1).Patch);
        var undeclared = Tested(TemplatePatch.Build(step, live with { Metadata = live.Metadata with { Annotations = new Dictionary<string, string>() } }, Version2, Version1).Patch);

        Assert.Equal([("/metadata/uid", "\"u1\""), ("/metadata/resourceVersion", "\"7\"")], tested);
        Assert.Equal([("/metadata/uid", "\"u1\""), ("/metadata/generation", "3")], undeclared);
    }

    private static List<(string, string)> Tested(Patch patch) =>
        [.. JsonNode.Parse(patch.Body.Span)!.AsArray().Where(one => (string?)one!["op"] == "test").Select(one => ((string)one!["path"]!, one["value"]!.ToJsonString()))];
}
