using System.Collections;
using RollbackTools.Cmdlets.Shared;
using RollbackTools.Operations.Estate.Kubernetes;
using RollbackTools.Operations.Health;
using RollbackTools.Operations.Runs;
using RollbackTools.Operations.Workloads.History;
using RollbackTools.Operations.Workloads.Reading;
using RollbackTools.Operations.Workloads.Templates;

namespace RollbackTools.Tests.Cmdlets.Shared;

public sealed class WorkloadIdentityTests
{
    [Theory]
    [InlineData("api", null, "api")]
    [InlineData(" api ", null, "api")]
    [InlineData("deploy/api", WorkloadKind.Deployment, "api")]
    [InlineData("STS/db.v2", WorkloadKind.StatefulSet, "db.v2")]
    [InlineData("daemonsets.apps/agent", WorkloadKind.DaemonSet, "agent")]
    public void Text_is_a_name_or_kind_and_name(string text, WorkloadKind? kind, string name)
    {
        WorkloadIdentity identity = new(text);

        Assert.Equal((kind, name), (identity.Reference.Kind, identity.Reference.Name));
        Assert.Null(identity.Revision);
    }

    [Theory]
    [InlineData("a/b/c")]
    [InlineData("job/api")]
    [InlineData("API")]
    [InlineData("..")]
    [InlineData("api?dryRun=All")]
    [InlineData("")]
    public void Text_that_names_nothing_is_refused(string text)
    {
        Assert.Throws<FormatException>(() => new WorkloadIdentity(text));
    }

    [Fact]
    public void A_result_says_where_it_was()
    {
        WorkloadIdentity identity = new(new RollbackResult { Estate = "prod-eu", Namespace = "shop", Kind = "StatefulSet", Name = "db", ToRevision = 7 });

        Assert.Equal(new WorkloadReference { Kind = WorkloadKind.StatefulSet, Namespace = "shop", Name = "db" }, identity.Reference);
        Assert.Equal("prod-eu", identity.Estate);
        Assert.Null(identity.Revision);
    }

    [Fact]
    public void A_revision_means_that_revision()
    {
        WorkloadIdentity identity = new(new ImageRevision { Estate = "prod-eu", Namespace = "shop", Kind = "Deployment", Name = "api", Revision = 41 });

        Assert.Equal(41, identity.Revision);
        Assert.Equal("deployment/api", identity.ToString());
    }

    [Fact]
    public void Checks_and_run_targets_name_their_workload()
    {
        Assert.Equal("api", new WorkloadIdentity(new HealthCheck { Kind = "Deployment", Name = "api" }).Reference.Name);
        Assert.Equal("shop", new WorkloadIdentity(new RunTarget { Kind = "DaemonSet", Name = "agent", Namespace = "shop" }).Reference.Namespace);
    }

    [Fact]
    public void A_row_needs_no_type_only_names()
    {
        Hashtable row = new() { ["name"] = "api", ["KIND"] = "deploy", ["Namespace"] = "", ["Revision"] = 3 };

        WorkloadIdentity identity = new(row);

        Assert.Equal(new WorkloadReference { Kind = WorkloadKind.Deployment, Name = "api" }, identity.Reference);
        Assert.Null(identity.Revision);
    }

    [Fact]
    public void Something_without_a_name_is_refused()
    {
        var refusal = Assert.Throws<FormatException>(() => new WorkloadIdentity(new Version(1, 2)));

        Assert.Equal("A Version has no Name to find a workload by.", refusal.Message);
    }

    [Fact]
    public void Its_own_words_come_before_the_parameters()
    {
        var own = new WorkloadIdentity(new RunTarget { Kind = "Deployment", Name = "api", Namespace = "shop" }).Within(WorkloadKind.DaemonSet, "other");
        var open = new WorkloadIdentity("api").Within(WorkloadKind.DaemonSet, "other");

        Assert.Equal((WorkloadKind.Deployment, "shop"), (own.Kind, own.Namespace));
        Assert.Equal((WorkloadKind.DaemonSet, "other"), (open.Kind, open.Namespace));
    }
}
