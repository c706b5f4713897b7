using System.Collections;
using System.Management.Automation;
using RollbackTools.Cmdlets.Shared;
using RollbackTools.Cmdlets.Shared.Completion;
using RollbackTools.Operations.Estate.Kubernetes;
using RollbackTools.Operations.Health;

namespace RollbackTools.Cmdlets.Health;

/// <summary>Proves that workloads and the service they make up are healthy: one object per check.</summary>
[Cmdlet(VerbsDiagnostic.Test, "RollbackHealth")]
[OutputType(typeof(HealthCheck), typeof(bool))]
public sealed class TestRollbackHealthCommand : EstateCmdlet
{
    private readonly HealthTargets targets = new();
    private string? smokeScript;

    /// <summary>A name, kind/name, or another command's object.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Identity(typeof(WorkloadIdentity))]
    [ArgumentCompleter(typeof(WorkloadCompleter))]
    [ValidateNotNullOrEmpty]
    public WorkloadIdentity[]? Name { get; set; }

    /// <summary>For a name that several kinds share.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [Kind]
    public WorkloadKind? Kind { get; set; }

    /// <summary>Every workload with these labels, instead of names.</summary>
    [Parameter]
    [Alias("LabelSelector", "l")]
    [ValidateNotNullOrEmpty]
    public string? Selector { get; set; }

    /// <summary>The image that should run: what a result of Invoke-ImageRollback says it went to.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(FormerImageCompleter))]
    [Alias("To")]
    public string? ExpectedImage { get; set; }

    /// <summary>Older events and log lines do not count: a time, or 15m for that long ago.</summary>
    [Parameter]
    [Moment]
    public DateTimeOffset? Since { get; set; }

    /// <summary>Addresses to ask; else those of the environment.</summary>
    [Parameter]
    [Alias("Endpoint")]
    [ValidateNotNullOrEmpty]
    public Uri[]? Url { get; set; }

    /// <summary>The HTTP status each must answer with: 200 unless said otherwise.</summary>
    [Parameter]
    [ValidateRange(100, 599)]
    public int ExpectStatus { get; set; } = 200;

    /// <summary>Fields of the JSON answer: @{ database = 'ok'; 'checks.cache' = 'up' }.</summary>
    [Parameter]
    [ValidateNotNull]
    public Hashtable? ExpectJson { get; set; }

    /// <summary>A program that exits with 0 when all is well; else the environment's.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? SmokeScript { get; set; }

    /// <summary>What the smoke script is given, each as one argument.</summary>
    [Parameter]
    public string[]? SmokeArgument { get; set; }

    /// <summary>A regular expression for log lines that mean trouble.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? ErrorPattern { get; set; }

    /// <summary>Do not read logs.</summary>
    [Parameter]
    public SwitchParameter SkipLogs { get; set; }

    /// <summary>Go round until everything passes, or -Timeout is over.</summary>
    [Parameter]
    public SwitchParameter Wait { get; set; }

    /// <summary>It must stay healthy this long: 15m.</summary>
    [Parameter]
    [Duration]
    public TimeSpan? For { get; set; }

    /// <summary>Between two rounds: 5s unless said otherwise.</summary>
    [Parameter]
    [Duration]
    public TimeSpan Interval { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How long to wait, and how long the smoke script may run: 10m unless said otherwise.</summary>
    [Parameter]
    [Duration]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>One Boolean instead of the checks: whether everything that was asked about is healthy.</summary>
    [Parameter]
    public SwitchParameter Quiet { get; set; }

    protected override async Task BeginAsync(CommandPipeline pipeline, CancellationToken cancellation)
    {
        await base.BeginAsync(pipeline, cancellation);
        if (SmokeScript is { } script) smokeScript = await pipeline.AskAsync(engine => engine.ResolvePath(script));
    }

    /// <summary>Only collects: all of them are tested at once, at the end.</summary>
    protected override void ProcessRecord() => Collect(() =>
    {
        foreach (var identity in Name ?? []) targets.Add(identity, NamespaceChoice.Apply(identity, Kind, Namespace, Given), ExpectedImage);
    });

    protected override async Task EndAsync(CommandPipeline pipeline, CancellationToken cancellation)
    {
        if (Selector is not null) RequireTargets.Check("Test-RollbackHealth", targets.Workloads.Count > 0, Selector);
        var tests = targets.Requests(Request(), ExpectedImage)
            .Select(one => (Connect(pipeline, one.Estate).Estate, one.Request)).ToList();
        List<HealthCheck> checks = [];
        await foreach (var check in Results.Together(
            [.. tests.Select(one => (Func<CancellationToken, IAsyncEnumerable<HealthCheck>>)(token =>
                new HealthTest(one.Estate, pipeline, Services.Time).RunAsync(one.Request, token)))],
            cancellation))
        {
            checks.Add(check);
            if (!IsOn(Quiet)) await pipeline.WriteAsync(check);
        }

        if (IsOn(Quiet)) await pipeline.WriteAsync(HealthTargets.Verdict(checks));
    }

    private HealthRequest Request()
    {
        var environment = EnvironmentChoice.Resolve(Services.Provider, Given);
        return new HealthRequest
        {
            LabelSelector = Selector,
            Namespace = Given.Namespace,
            Since = Since,
            Endpoints = targets.Endpoints(Url, ExpectStatus, ExpectJson, environment),
            SmokeScript = smokeScript ?? environment?.Health.SmokeScript,
            SmokeArguments = SmokeArgument ?? environment?.Health.SmokeArguments ?? [],
            ErrorPattern = ErrorPattern,
            SkipLogs = IsOn(SkipLogs),
            Wait = IsOn(Wait),
            For = For,
            Interval = Interval,
            Timeout = Timeout,
        };
    }
}
