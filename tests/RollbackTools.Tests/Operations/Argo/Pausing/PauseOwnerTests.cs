using RollbackTools.Operations.Argo.Pausing;
using RollbackTools.Operations.Estate.Kubernetes;

namespace RollbackTools.Tests.Operations.Argo.Pausing;

public sealed class PauseOwnerTests
{
    [Theory]
    [InlineData("""{"syncPolicy":{"applicationsSync":"create-only"} }""", true)]
    [InlineData("""{"syncPolicy":{"applicationsSync":"create-update"} }""", false)]
    [InlineData("""{"ignoreApplicationDifferences":[{"jsonPointers":["/spec/syncPolicy","/metadata/annotations"]}] }""", true)]
    [InlineData("""{"ignoreApplicationDifferences":[{"name":"shop","jsonPointers":["/spec","/metadata"]}] }""", true)]
    [InlineData("""{"ignoreApplicationDifferences":[{"name":"cart","jsonPointers":["/spec","/metadata"]}] }""", false)]
    [InlineData("""{"ignoreApplicationDifferences":[{"jsonPointers":["/spec/syncPolicy"]}] }""", false)] // Our note would be wiped.
    [InlineData("""{"ignoreApplicationDifferences":[{"jsonPointers":["/spec/syncPolicyX","/metadata/annotations"]}] }""", false)]
    [InlineData("{}", false)]
    public void It_is_needless_where_policy_and_notes_are_left_alone_already(string spec, bool needless) =>
        Assert.Equal(needless, PauseOwner.IsNeedless(new CustomResource(Apps.Json($$"""{"metadata":{"name":"shops"},"spec":{{spec}} }""")), "shop"));
}
