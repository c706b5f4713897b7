namespace RollbackTools.Operations.Estate.Helm;

/// <summary>Where Helm keeps releases in the cluster ($HELM_DRIVER). Its sql and memory drivers keep nothing there.</summary>
public enum HelmDriver
{
    Secret,
    ConfigMap,
}
