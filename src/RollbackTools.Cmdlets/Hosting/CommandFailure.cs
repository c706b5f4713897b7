using RollbackTools.Cmdlets.Shared;

namespace RollbackTools.Cmdlets.Hosting;

/// <summary>A terminating error: the command, and with it the pipeline, ended here.</summary>
public sealed class CommandFailure(CommandError error) : Exception(error.Message, error.Exception)
{
    public CommandError Error { get; } = error;
}
