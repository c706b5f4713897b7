using RollbackTools.Operations.Estate.Kubernetes;
using RollbackTools.Operations.Workloads.Reading;

namespace RollbackTools.Tests.Operations.Workloads.Reading;

public sealed class WorkloadReferenceTests
{
    [Theory]
    [InlineData("api", null, "api")]
    [InlineData("deploy/api", WorkloadKind.Deployment, "api")]
    [InlineData("StatefulSet/db", WorkloadKind.StatefulSet, "db")]
    [InlineData("daemonsets.apps/log-agent", WorkloadKind.DaemonSet, "log-agent")]
    public void A_workload_is_named_as_kubectl_names_it(string text, WorkloadKind? kind, string name)
    {
        var reference = WorkloadReference.Parse(text);

        Assert.Equal(kind, reference.Kind);
        Assert.Equal(name, reference.Name);
    }

    [Theory]
    [InlineData("a/b/c")]
    [InlineData("deploy/")]
    [InlineData("deploy/../secrets/x")]
    [InlineData("API")]
    [InlineData("api?x=1")]
    [InlineData("api%2f..")]
    [InlineData("-n")]
    [InlineData("..")]
    [InlineData("pod/x")]
    [InlineData("a b")]
    public void A_name_that_could_become_a_path_or_an_option_is_refused(string text) =>
        Assert.Throws<FormatException>(() => WorkloadReference.Parse(text));
}
