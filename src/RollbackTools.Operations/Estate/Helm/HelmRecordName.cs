using System.Globalization;
using RollbackTools.Operations.Estate.Kubernetes;
using RollbackTools.Operations.Workloads.Templates;

namespace RollbackTools.Operations.Estate.Helm;

/// <summary>One revision of a release, and the object that holds it.</summary>
public sealed record HelmRecordName(string Namespace, string Release, int Revision, HelmDriver Driver)
{
    /// <summary><c>sh.helm.release.v1.NAME.vREVISION</c>, with either driver.</summary>
    public string ObjectName => string.Create(CultureInfo.InvariantCulture, $"sh.helm.release.v1.{Release}.v{Revision}");

    /// <summary><c>secret/sh.helm.release.v1.api.v7</c>, as kubectl takes it.</summary>
    public string Object => $"{(Driver == HelmDriver.Secret ? "secret" : "configmap")}/{ObjectName}";

    /// <summary>Helm's own rule: a DNS name of at most 53 characters.</summary>
    public static bool IsRelease(string name) => name.Length <= 53 && KubernetesName.IsSubdomain(name);

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"revision {Revision} of Helm release {Release} in {Namespace}");
}
