using System.Runtime.CompilerServices;

namespace RollbackTools.Cmdlets.Practice;

/// <summary>Points a session's kubectl and cmdlets at a practice estate, and back again.</summary>
internal sealed class PracticeSession
{
    private const string Variable = "KUBECONFIG";
    private static readonly ConditionalWeakTable<object, PracticeSession> Sessions = [];

    private readonly Dictionary<string, string?> before = [];

    public static PracticeSession Of(object session) => Sessions.GetValue(session, _ => new PracticeSession());

    /// <summary>Sets $env:KUBECONFIG and remembers what it was.</summary>
    public void Use(PracticeEstate estate)
    {
        before[estate.Kubeconfig] = Environment.GetEnvironmentVariable(Variable);
        Environment.SetEnvironmentVariable(Variable, estate.Kubeconfig);
    }

    /// <summary>Puts $env:KUBECONFIG back, unless somebody has set it to something else since.</summary>
    public void Leave(PracticeEstate estate)
    {
        if (Environment.GetEnvironmentVariable(Variable) != estate.Kubeconfig) return;
        before.Remove(estate.Kubeconfig, out var earlier);
        Environment.SetEnvironmentVariable(Variable, earlier);
    }
}
