using RollbackTools.Operations.Objects;
using RollbackTools.Operations.Workloads.Templates;

namespace RollbackTools.Tests.Operations.Workloads.Templates;

/// <summary>A template as somebody wrote it, and as the API server keeps it in a ReplicaSet, are one; what was really taken out is not.</summary>
public sealed class TemplateDefaultsTests
{
    private const string Written = """
        {"metadata":{"labels":{"app":"api","empty":""}},
         "spec":{"serviceAccountName":"api","nodeSelector":{"node-role.kubernetes.io/worker":""},
          "containers":[{"name":"api","image":"a:1","env":[{"name":"A","value":""},{"name":"IP","valueFrom":{"fieldRef":{"fieldPath":"status.podIP"}}}],
            "ports":[{"containerPort":80}],"livenessProbe":{"httpGet":{"port":80}},"resources":{"limits":{"cpu":"1000m","memory":"1024Mi"}}}],
          "volumes":[{"name":"c","configMap":{"name":"c"}},{"name":"t","emptyDir":{"sizeLimit":"1024Mi"}}]}}
        """;

    private const string Kept = """
        {"metadata":{"creationTimestamp":null,"labels":{"app":"api","empty":"","rollouts-pod-template-hash":"7d9f"}},
         "spec":{"serviceAccountName":"api","serviceAccount":"api","nodeSelector":{"node-role.kubernetes.io/worker":""},"restartPolicy":"Always","dnsPolicy":"ClusterFirst",
          "schedulerName":"default-scheduler","terminationGracePeriodSeconds":30,"securityContext":{},
          "containers":[{"name":"api","image":"a:1","imagePullPolicy":"IfNotPresent","terminationMessagePath":"/dev/termination-log","terminationMessagePolicy":"File",
            "env":[{"name":"A"},{"name":"IP","valueFrom":{"fieldRef":{"apiVersion":"v1","fieldPath":"status.podIP"}}}],"ports":[{"containerPort":80,"protocol":"TCP"}],
            "livenessProbe":{"httpGet":{"path":"/","port":80,"scheme":"HTTP"},"timeoutSeconds":1,"periodSeconds":10,"successThreshold":1,"failureThreshold":3},
            "resources":{"limits":{"cpu":"1","memory":"1Gi"},"requests":{"cpu":"1","memory":"1Gi"}}}],
          "volumes":[{"name":"c","configMap":{"name":"c","defaultMode":420}},{"name":"t","emptyDir":{"sizeLimit":"1Gi"}}]}}
        """;

    [Fact]
    public void Defaults_and_the_way_a_quantity_is_written_make_no_difference() => Assert.Equal(PodTemplates.Of(Kept).Hash, PodTemplates.Of(Written).Hash);

    [Theory]
    [InlineData("\"restartPolicy\":\"Always\"", "\"restartPolicy\":\"Never\"")]
    [InlineData("\"terminationGracePeriodSeconds\":30", "\"terminationGracePeriodSeconds\":0")]
    [InlineData("\"imagePullPolicy\":\"IfNotPresent\"", "\"imagePullPolicy\":\"Always\"")]
    [InlineData("\"failureThreshold\":3", "\"failureThreshold\":4")]
    [InlineData("\"memory\":\"1Gi\"},\"requests\"", "\"memory\":\"1G\"},\"requests\"")]
    [InlineData("\"requests\":{\"cpu\":\"1\"", "\"requests\":{\"cpu\":\"2\"")]
    [InlineData("{\"name\":\"A\"},", "")]
    [InlineData("\"empty\":\"\",", "")]
    [InlineData("\"node-role.kubernetes.io/worker\":\"\"", "\"node-role.kubernetes.io/worker\":\"x\"")]
    [InlineData("\"defaultMode\":420", "\"defaultMode\":256")]
    public void What_really_differs_does(string from, string to)
    {
        Assert.Contains(from, Kept, StringComparison.Ordinal);
        Assert.NotEqual(PodTemplates.Of(Written).Hash, PodTemplates.Of(Kept.Replace(from, to, StringComparison.Ordinal)).Hash);
    }

    [Theory]
    [InlineData("a", "Always")]
    [InlineData("a:latest", "Always")]
    [InlineData("host:5000/a", "Always")]
    [InlineData("host:5000/a:1", "IfNotPresent")]
    [InlineData("a@sha256:0123", "IfNotPresent")]
    public void The_pull_policy_that_is_meant_depends_on_the_image(string image, string policy)
    {
        var open = Container($"\"image\":\"{image}\"");
        Assert.Equal(open.Hash, Container($"\"image\":\"{image}\",\"imagePullPolicy\":\"{policy}\"").Hash);
    }

    [Theory]
    [InlineData("1000m", "1")]
    [InlineData("0.5", "500m")]
    [InlineData("1024Mi", "1Gi")]
    [InlineData("1e3", "1k")]
    [InlineData("100", "1e2")]
    [InlineData("0", "0m")]
    [InlineData("1.50", "1500m")]
    public void Quantities_are_compared_by_value(string one, string other) => Assert.Equal(Quantity.Canonical(one), Quantity.Canonical(other));

    [Theory]
    [InlineData("1Gi", "1G")]
    [InlineData("1", "1m")]
    [InlineData("-1", "1")]
    public void Other_quantities_differ(string one, string other) => Assert.NotEqual(Quantity.Canonical(one), Quantity.Canonical(other));

    [Theory]
    [InlineData("")]
    [InlineData("lots")]
    [InlineData("1e999999999")]
    [InlineData("1.2.3")]
    [InlineData("5Zi")]
    public void What_is_no_quantity_is_itself(string text) => Assert.Equal(text, Quantity.Canonical(text));

    private static PodTemplate Container(string fields) => PodTemplates.Of("{\"spec\":{\"containers\":[{\"name\":\"api\"," + fields + "}]}}");
}
