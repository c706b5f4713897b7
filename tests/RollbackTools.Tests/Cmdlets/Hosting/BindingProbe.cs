using System.Collections;
using System.Management.Automation;
using RollbackTools.Cmdlets.Shared;
using RollbackTools.Operations.Estate.Kubernetes;

namespace RollbackTools.Tests.Cmdlets.Hosting;

/// <summary>Writes what was bound to it.</summary>
[Cmdlet(VerbsDiagnostic.Test, "Binding", SupportsShouldProcess = true, DefaultParameterSetName = "A")]
public sealed class BindingProbe : RollbackCmdlet
{
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    public WorkloadIdentity[]? Name { get; set; }

    [Parameter(Position = 1)]
    [Alias("Number")]
    [ValidateRange(1, 10)]
    public int Count { get; set; } = 5;

    [Parameter(ValueFromPipelineByPropertyName = true)]
    [Alias("To")]
    public string? Expected { get; set; }

    [Parameter]
    public WorkloadKind? Kind { get; set; }

    [Parameter]
    [Duration]
    public TimeSpan Duration { get; set; }

    [Parameter]
    public Uri[]? Url { get; set; }

    [Parameter]
    public Hashtable? Table { get; set; }

    [Parameter(ParameterSetName = "A")]
    [ValidateSet("x", "y")]
    public string? OnlyA { get; set; }

    [Parameter(ParameterSetName = "B", Mandatory = true)]
    [ValidateNotNullOrEmpty]
    public string? OnlyB { get; set; }

    [Parameter]
    public SwitchParameter Fast { get; set; }

    protected override Task ProcessAsync(CommandPipeline pipeline, CancellationToken cancellation) => pipeline.WriteAsync(new Bound(
        string.Join('|', (Name ?? []).Select(name => $"{name}@{name.Reference.Namespace}")),
        Count, Expected, Kind, Duration, Url?.Length ?? 0, Table?.Count ?? 0, IsOn(Fast), Engine.ParameterSetName, Engine.IsBound(nameof(Count))));
}

public sealed record Bound(
    string Names, int Count, string? Expected, WorkloadKind? Kind, TimeSpan Duration, int Urls, int Rows, bool Fast, string Set, bool CountGiven);
