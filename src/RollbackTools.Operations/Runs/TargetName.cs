namespace RollbackTools.Operations.Runs;

/// <summary>A target as a person names it: <c>deployment/api</c>, <c>release/api</c>.</summary>
public static class TargetName
{
    public static string Of(string kind, string name) => kind == "HelmRelease" ? $"release/{name}" : $"{kind.ToLowerInvariant()}/{name}";

    /// <summary>A warning with its target before it.</summary>
    public static string Warning(RollbackResult about, string warning)
    {
        ArgumentNullException.ThrowIfNull(about);
        return $"{Of(about.Kind, about.Name)}: {warning}";
    }
}
