using System.Management.Automation.Language;
using RollbackTools.Operations.Runs;

namespace RollbackTools.Cmdlets.Shared;

internal static class RequireTargets
{
    /// <summary>Exactly one of names and selector. Throws, instead of prompting, so that unattended runs hear of it.</summary>
    public static void Check(string command, bool anyNamed, string? selector)
    {
        if (anyNamed && selector is not null)
            throw new RollbackException("NameAndSelector", "Name workloads or select them by label, not both.") { NextStep = $"{command} -Selector '{CodeGeneration.EscapeSingleQuotedStringContent(selector)}'" };
        if (!anyNamed && selector is null)
            throw new RollbackException("NothingNamed", "Nothing says which workload is meant.") { NextStep = "Name one, or select by labels with -Selector; to see the workloads: Get-ImageHistory" };
    }
}
