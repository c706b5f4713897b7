using RollbackTools.Integrations.Kustomize;
using RollbackTools.Operations.Git.Overlays;
using RollbackTools.Operations.Runs;
using RollbackTools.Tests.Integrations.Git.Support;

namespace RollbackTools.Tests.Operations.Git.Overlays;

public sealed class RenderedTreeTests
{
    [Fact]
    public async Task A_tree_that_is_too_large_is_refused_and_not_read_in_part()
    {
        using GitHost host = new();
        var commit = host.Commit([("prod/kustomization.yaml", "resources: []\n"), .. Enumerable.Range(0, 500).Select(number => ($"prod/{number}/a.yaml", (string?)"a: 1\n"))]);
        var repository = await host.OpenAsync();
        await repository.ReadBranchAsync("main", TestContext.Current.CancellationToken);

        var refused = await Assert.ThrowsAsync<RollbackException>(() => RenderedTree.ReadAsync(repository, new KustomizeFiles(), commit, "prod", TestContext.Current.CancellationToken));

        Assert.Equal("OverlayTooLarge", refused.ErrorId);
    }
}
