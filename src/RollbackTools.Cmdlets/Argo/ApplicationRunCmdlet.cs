using System.Management.Automation;
using RollbackTools.Cmdlets.Shared;
using RollbackTools.Cmdlets.Shared.Completion;
using RollbackTools.Operations.Estate.ArgoCd;
using RollbackTools.Operations.Runs;

namespace RollbackTools.Cmdlets.Argo;

/// <summary>The base of cmdlets that change applications: what comes in is collected, and all of it goes at once, at the end.</summary>
public abstract class ApplicationRunCmdlet : ArgoCmdlet
{
    private readonly ApplicationTargets targets = new();

    /// <summary>A name, namespace/name, or another command's object. Without one, the environment's application.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Identity(typeof(ApplicationIdentity))]
    [ArgumentCompleter(typeof(ApplicationCompleter))]
    [ValidateNotNullOrEmpty]
    public ApplicationIdentity[]? Name { get; set; }

    /// <summary>Why, for the record.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Reason { get; set; }

    protected override void ProcessRecord() => Collect(() =>
    {
        foreach (var identity in Name ?? []) targets.Add(identity);
    });

    protected override async Task EndAsync(CommandPipeline pipeline, CancellationToken cancellation)
    {
        var command = CommandMetadataOf();
        var environment = EnvironmentChoice.Resolve(Services.Provider, Given);
        var runs = targets.Group(command, environment?.ArgoCd.Application).Select(group =>
        {
            var connection = Connect(pipeline, group.Estate);
            return (connection.Estate, Request: Request([.. group.Applications.Select(one => Resolve(one, connection))], group.HistoryId));
        }).ToList();
        await Results.WriteAsync(pipeline, Results.Together(
            [.. runs.Select(one => (Func<CancellationToken, IAsyncEnumerable<RollbackResult>>)(token =>
                new OperationRunner(one.Estate, Services.Runs, pipeline, Services.Time).RunAsync(one.Request, token)))],
            cancellation));
    }

    private protected abstract OperationRequest Request(IReadOnlyList<ApplicationName> applications, long? historyId);

    private string CommandMetadataOf()
    {
        var attribute = (CmdletAttribute)Attribute.GetCustomAttribute(GetType(), typeof(CmdletAttribute))!;
        return $"{attribute.VerbName}-{attribute.NounName}";
    }
}
