using System.Text.Json.Nodes;
using RollbackTools.Operations.Runs;
using RollbackTools.Practice.Kubernetes.Api.Writing;
using RollbackTools.Practice.Kubernetes.Schema;
using RollbackTools.Tests.EndToEnd.Support;

namespace RollbackTools.Tests.EndToEnd;

/// <summary>What the API server stores is not always what was sent: admission webhooks refuse changes, or write images of their own.</summary>
public sealed class AdmissionTests(SharedCluster shared)
{
    [Fact]
    public async Task A_rollback_whose_image_a_webhook_puts_back_is_not_reported_as_done()
    {
        await using var production = await shared.OpenAsync();
        await production.BrokenAsync("api", "2.0-errors");
        using var webhook = production.Mutate(Setting(image => image == "shop/api:1.0" ? "shop/api:2.0-errors" : image));

        var output = await production.RunAsync("Invoke-ImageRollback api");

        var result = Assert.Single(output.Of<RollbackResult>());
        Assert.Equal((RollbackOutcome.Failed, "PutBack"), (result.Outcome, result.ErrorId));
        Assert.Contains("stored shop/api:2.0-errors again", result.Message, StringComparison.Ordinal);
        Assert.Equal("kubectl get mutatingwebhookconfigurations", result.NextStep);
        Assert.Equal("shop/api:2.0-errors", production.Image("api"));
    }

    [Fact]
    public async Task An_image_that_a_webhook_rewrites_is_named()
    {
        await using var production = await shared.OpenAsync();
        await production.BrokenAsync("api", "2.0-errors");
        using var webhook = production.Mutate(Setting(image => image.StartsWith("mirror/", StringComparison.Ordinal) ? image : $"mirror/{image}"));

        var result = await production.RollBackAsync("Invoke-ImageRollback api");

        Assert.Equal((RollbackOutcome.RolledBack, "mirror/shop/api:1.0"), (result.Outcome, production.Image("api")));
        Assert.Contains(result.Warnings, warning => warning.Contains("stored mirror/shop/api:1.0 instead of shop/api:1.0", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Taking_back_a_rollback_that_was_refused_does_not_claim_to_have_changed_anything()
    {
        await using var production = await shared.OpenAsync();
        await production.BrokenAsync("api", "2.0-errors");
        using (production.Review("freeze.example.com", request => request is { Operation: "UPDATE", Name: "api" } && request.Type == Resources.Deployments ? "frozen" : null))
            Assert.Equal("Rejected", Assert.Single((await production.RunAsync("Invoke-ImageRollback api")).Errors).ErrorId);
        var run = Assert.Single(production.Runs.List());

        var undone = await production.RollBackAsync($"Undo-RollbackRun {run.RunId}");

        Assert.Equal((RollbackOutcome.AlreadyThere, "shop/api:2.0-errors", "shop/api:2.0-errors"), (undone.Outcome, undone.From, undone.To));
        Assert.Contains("nothing to take back", undone.Message, StringComparison.Ordinal);
        Assert.Equal(RunState.Undone, production.Runs.Read(run.RunId).State);
    }

    private static Action<AdmissionRequest> Setting(Func<string, string> image) => request =>
    {
        if (request.Type != Resources.Deployments || request.Operation != "UPDATE") return;
        foreach (var container in request.Object!["spec"]!["template"]!["spec"]!["containers"]!.AsArray().OfType<JsonObject>())
            container["image"] = image((string)container["image"]!);
    };
}
