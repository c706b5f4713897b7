using RollbackTools.Operations.Estate.Kubernetes;

namespace RollbackTools.Operations.Workloads.Reading;

/// <summary>A workload as an operator names it: a name, <c>kind/name</c> (kubectl's short names too), or every field.</summary>
public sealed record WorkloadReference
{
    /// <summary>Null means: whichever kind has that name, and an error when several have.</summary>
    public WorkloadKind? Kind { get; init; }

    public string Name { get; init; } = "";

    /// <summary>Null means the connection's namespace.</summary>
    public string? Namespace { get; init; }

    /// <summary>
    /// Reads <c>api</c>, <c>deploy/api</c>, <c>statefulset.apps/db</c>. Throws <see cref="FormatException"/> saying what is wrong;
    /// a name that Kubernetes would not accept never becomes part of a request path.
    /// </summary>
    public static WorkloadReference Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var parts = text.Split('/');
        if (parts.Length > 2) throw new FormatException($"'{text}' has more than one '/': write a name, or kind/name.");

        var name = parts[^1];
        if (!KubernetesName.IsSubdomain(name))
            throw new FormatException($"'{name}' is not a Kubernetes name: lower-case letters, digits, '-' and '.', at most 253 of them.");
        return new WorkloadReference { Kind = parts.Length == 2 ? ParseKind(parts[0]) : null, Name = name };
    }

    /// <summary>Accepts what kubectl does: deployment, deployments, deploy, deployments.apps and so on, in any case.</summary>
    public static WorkloadKind ParseKind(string text) =>
        text.ToLowerInvariant().Replace(".apps", "", StringComparison.Ordinal).Replace(".argoproj.io", "", StringComparison.Ordinal) switch
        {
            "deployment" or "deployments" or "deploy" => WorkloadKind.Deployment,
            "statefulset" or "statefulsets" or "sts" => WorkloadKind.StatefulSet,
            "daemonset" or "daemonsets" or "ds" => WorkloadKind.DaemonSet,
            "rollout" or "rollouts" or "ro" => WorkloadKind.Rollout,
            _ => throw new FormatException($"'{text}' is not a kind this command rolls back: write deployment, statefulset, daemonset or rollout."),
        };

    public override string ToString() => Kind is { } kind ? $"{kind.ToString().ToLowerInvariant()}/{Name}" : Name;
}
