using RollbackTools.Operations.Runs;

namespace RollbackTools.Cmdlets.Shared;

/// <summary>There is something to confirm and nobody to ask.</summary>
internal static class ConfirmationImpossible
{
    public static RollbackException Because(Exception? cause) =>
        new("ConfirmationImpossible", "This asks for confirmation and there is no terminal to ask on: use -Confirm:$false in unattended runs.", cause)
        {
            NextStep = "Run the same command with -Confirm:$false, or with -WhatIf to see what it would do.",
        };
}
