namespace RollbackTools.Integrations.EnvironmentFiles;

/// <summary>The field names of <c>rollback.yaml</c>, level by level. The schema beside the file format is tested against these.</summary>
internal static class EnvironmentFields
{
    public static readonly string[] File = ["environments"];

    public static readonly string[] Environment = ["context", "namespace", "kubeconfig", "argocd", "git", "health"];

    public static readonly string[] Git = ["repository", "branch", "overlay"];

    public static readonly string[] ArgoCd = ["server", "application", "namespace", "project", "caFile", "tokenEnv"];

    public static readonly string[] Health = ["endpoints", "smokeScript"];

    public static readonly string[] Endpoint = ["url", "status", "json", "workloads"];

    public static readonly string[] SmokeScript = ["path", "arguments"];
}
