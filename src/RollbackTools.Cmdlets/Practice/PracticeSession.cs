using System.Runtime.CompilerServices;

namespace RollbackTools.Cmdlets.Practice;

/// <summary>Points a session's tools at a practice estate, and back again.</summary>
internal sealed class PracticeSession
{
    private const string Kubeconfig = "KUBECONFIG";
    private const string Environments = "ROLLBACKTOOLS_CONFIG";
    private const string ArgoToken = "ARGOCD_AUTH_TOKEN";

    private static readonly ConditionalWeakTable<object, PracticeSession> Sessions = [];

    private readonly Dictionary<string, IReadOnlyList<Variable>> used = [];

    public static PracticeSession Of(object session) => Sessions.GetValue(session, _ => new PracticeSession());

    /// <summary>
    /// Sets $env:KUBECONFIG and $env:ROLLBACKTOOLS_CONFIG, and $env:ARGOCD_AUTH_TOKEN where there is an Argo CD, and remembers what they were.
    /// </summary>
    public void Use(PracticeEstate estate)
    {
        List<Variable> variables = [Set(Kubeconfig, estate.Kubeconfig), Set(Environments, estate.EnvironmentFile)];
        if (estate.ArgoTokenFile.Length > 0) variables.Add(Set(ArgoToken, File.ReadAllText(estate.ArgoTokenFile)));
        used[estate.Kubeconfig] = variables;
    }

    /// <summary>Puts them back, each unless somebody has set it to something else since.</summary>
    public void Leave(PracticeEstate estate)
    {
        if (!used.Remove(estate.Kubeconfig, out var variables)) return;
        foreach (var (name, ours, before) in variables)
        {
            if (Environment.GetEnvironmentVariable(name) == ours) Environment.SetEnvironmentVariable(name, before);
        }
    }

    private static Variable Set(string name, string value)
    {
        Variable variable = new(name, value, Environment.GetEnvironmentVariable(name));
        Environment.SetEnvironmentVariable(name, value);
        return variable;
    }

    private sealed record Variable(string Name, string Ours, string? Before);
}
