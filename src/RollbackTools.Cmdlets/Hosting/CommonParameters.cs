namespace RollbackTools.Cmdlets.Hosting;

/// <summary>The parameters every cmdlet has, as far as a runner honours them.</summary>
internal sealed class CommonParameters
{
    public bool WhatIf { get; private set; }

    /// <summary>Null when not given.</summary>
    public bool? Confirm { get; private set; }

    /// <summary>Continue, Stop, SilentlyContinue or Ignore.</summary>
    public string ErrorAction { get; private set; } = "Continue";

    public bool TryTakeSwitch(string name, Argument argument, bool supportsShouldProcess)
    {
        var on = !argument.HasValue || argument.Value is true;
        switch (name.ToLowerInvariant())
        {
            case "whatif" or "wi" when supportsShouldProcess:
                WhatIf = on;
                return true;
            case "confirm" or "cf" when supportsShouldProcess:
                Confirm = on;
                return true;
            case "verbose" or "vb" or "debug" or "db":
                return true; // Verbose and debug messages are recorded whether shown or not.
            default:
                return false;
        }
    }

    public bool IsValued(string name) => name.ToLowerInvariant() is "erroraction" or "ea" or "warningaction" or "wa" or "progressaction" or "proga";

    public void Set(string name, object? value)
    {
        if (name.ToLowerInvariant() is "erroraction" or "ea") ErrorAction = value?.ToString() ?? "Continue";
    }
}
