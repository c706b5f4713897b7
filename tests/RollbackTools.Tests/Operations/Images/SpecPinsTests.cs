using RollbackTools.Operations.Argo.Syncing;
using RollbackTools.Operations.Estate.ArgoCd;
using RollbackTools.Operations.Estate.Kubernetes;
using RollbackTools.Operations.Images;
using RollbackTools.Operations.Runs;
using RollbackTools.Operations.Workloads.Templates;
using RollbackTools.Tests.Operations.Argo;

namespace RollbackTools.Tests.Operations.Images;

/// <summary>What an application sets in its own spec is changed there, and nothing but that.</summary>
public sealed class SpecPinsTests
{
    private static readonly WorkloadMove Api = Move("reg/api:v2", "reg/api:v1");

    [Theory]
    [InlineData("""{"kustomize":{"images":["reg/web:5","reg/api:v2"]}}""", "images", """["reg/web:5","reg/api:v1"]""")]
    [InlineData("""{"kustomize":{"images":["api=reg/api:v2"],"namePrefix":"x-"}}""", "images", """["api=reg/api:v1"]""")]
    [InlineData("""{"helm":{"parameters":[{"name":"image.tag","value":"v2","forceString":true},{"name":"replicas","value":"2"}]}}""", "parameters",
        """[{"name":"image.tag","value":"v1","forceString":true},{"name":"replicas","value":"2"}]""")]
    [InlineData("""{"chart":"api","helm":{"parameters":[{"name":"image","value":"reg/api:v2"}]}}""", "parameters", """[{"name":"image","value":"reg/api:v1"}]""")]
    public void The_list_that_sets_the_image_is_edited_in_its_place(string source, string field, string expected)
    {
        var change = SpecPins.Find(Application(source), [Api])!;

        var list = Application(source).Json.At("spec", "source", change.Tool, field);
        Assert.Equal(field, change.Field);
        Assert.Equal(JsonSame.Canonical(Apps.Json(expected)), JsonSame.Canonical(change.On(list)!.To));
        Assert.Null(change.On(Apps.Json(expected)));
    }

    [Fact]
    public void Only_what_changes_is_on_record_and_not_the_passwords_beside_it() =>
        Assert.DoesNotContain("hunter2", SpecPins.Find(Application("""{"helm":{"parameters":[{"name":"db.password","value":"hunter2"},{"name":"image.tag","value":"v2"}]}}"""), [Api])!.ToString(), StringComparison.Ordinal);

    [Theory]
    [InlineData("""{"path":"p"}""")]
    [InlineData("""{"kustomize":{"images":["reg/api-other:v2"]}}""")]
    [InlineData("""{"helm":{"parameters":[{"name":"image.tag","value":"v3"}]}}""")]
    public void Where_it_sets_something_else_Git_decides(string source) => Assert.Null(SpecPins.Find(Application(source), [Api]));

    [Theory]
    [InlineData("""{"helm":{"parameters":[{"name":"api.tag","value":"v2"},{"name":"worker.tag","value":"v2"}]}}""", 1)]
    [InlineData("""{"kustomize":{"images":["reg/api:v2"]}}""", 2)]
    public void What_is_not_clear_is_refused(string source, int workloads) =>
        Assert.Equal("PinnedBySpec", Assert.Throws<RollbackException>(() => SpecPins.Find(Application(source), [.. new[] { Api, Move("reg/web:6", "reg/web:5") }.Take(workloads)])).ErrorId);

    private static ArgoApplication Application(string source) => Apps.Of($$"""{"source":{{source}}}""");

    private static WorkloadMove Move(string from, string to) => new()
    {
        Kind = WorkloadKind.Deployment, Namespace = "prod", Name = "api", From = [new ContainerImage { Container = "app", Image = from }], To = [new ContainerImage { Container = "app", Image = to }],
    };
}
