using System.Text.Json;
using System.Text.Json.Serialization;
using RollbackTools.Operations.Estate;
using RollbackTools.Operations.Estate.Helm;
using RollbackTools.Operations.GitOps;
using RollbackTools.Operations.Helm;
using RollbackTools.Operations.Images;
using RollbackTools.Operations.Rollouts;

namespace RollbackTools.Operations.Runs;

/// <summary>The kinds of journal line, in the order a run writes them.</summary>
public enum RunEvent
{
    /// <summary>Who, what, where and why; always the first line.</summary>
    Started,

    /// <summary>Every target with its steps, in one line: a run has either its whole plan on record or none of it.</summary>
    Planned,

    /// <summary>About to change something; carries the inverse.</summary>
    Intent,

    /// <summary>The change was made and the server said so.</summary>
    Done,

    /// <summary>It was true already.</summary>
    AlreadyTrue,

    /// <summary>A step was refused.</summary>
    Failed,

    /// <summary>A target ended; carries its outcome.</summary>
    Outcome,

    /// <summary>Somebody took the run up again.</summary>
    Resumed,

    /// <summary>Stopped by the operator; resume it.</summary>
    Stopped,

    /// <summary>Somebody began to take the run back.</summary>
    Undoing,

    /// <summary>The end, with the run's state.</summary>
    Ended,
}

/// <summary>One line of a journal. Which fields are set depends on <see cref="Event"/>.</summary>
public sealed record RunLine
{
    public DateTimeOffset At { get; init; }

    public RunEvent Event { get; init; }

    public RunHeader? Run { get; init; }

    public RunTarget? Target { get; init; }

    /// <summary>Planned: all targets with their steps.</summary>
    public IReadOnlyList<PlannedTarget>? Plan { get; init; }

    /// <summary>Intent, Done, AlreadyTrue, Failed: the step.</summary>
    public Step? Step { get; init; }

    /// <summary>Intent: what takes it back.</summary>
    public Step? Inverse { get; init; }

    public string? Detail { get; init; }

    public RunState? State { get; init; }
}

/// <summary>One target and what is to be done to it.</summary>
public sealed record PlannedTarget(RunTarget Target, IReadOnlyList<Step> Steps)
{
    /// <summary>What the run holds while it works on the target.</summary>
    public IReadOnlyList<LockedTarget> Locks { get; init; } = [];

    public int Wave { get; init; }

    /// <summary>What follows once the target is proven.</summary>
    public IReadOnlyList<Step> Then { get; init => field = value ?? []; } = [];
}

/// <summary>The first line: enough to plan the same run again on this machine.</summary>
public sealed record RunHeader
{
    public string RunId { get; init; } = "";

    public string Operation { get; init; } = "";

    public string Estate { get; init; } = "";

    public string Actor { get; init; } = "";

    public string? Reason { get; init; }

    public string Version { get; init; } = "";

    public EstateOptions Connection { get; init; } = new();

    public OperationRequest Request { get; init; } = null!;
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(RunLine))]
internal sealed partial class RunJson : JsonSerializerContext;

internal static class JournalFormat
{
    /// <summary>Arrows and quotes stay readable to whoever opens the file; it is never put into a page.</summary>
    public static RunJson Json { get; } = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters =
        {
            new JsonStringEnumConverter<RunEvent>(), new JsonStringEnumConverter<RunState>(), new JsonStringEnumConverter<RollbackOutcome>(),
            new JsonStringEnumConverter<WorkloadKind>(), new JsonStringEnumConverter<RollbackVia>(), new JsonStringEnumConverter<GitRemedy>(),
            new JsonStringEnumConverter<RolloutOrder>(), new JsonStringEnumConverter<SyncPolicyChoice>(),
            new JsonStringEnumConverter<HelmDriver>(), new JsonStringEnumConverter<HelmHooksFrom>(),
        },
    });
}
