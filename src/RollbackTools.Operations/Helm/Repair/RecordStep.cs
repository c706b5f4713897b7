using System.Globalization;
using System.Text.Json.Serialization;
using RollbackTools.Operations.Estate;
using RollbackTools.Operations.Estate.Helm;
using RollbackTools.Operations.Runs;
using RollbackTools.Operations.Workloads.Templates;

namespace RollbackTools.Operations.Helm.Repair;

/// <summary>A step that changes one record, or the place it lies in.</summary>
public abstract record RecordStep : Step
{
    private const int Attempts = 5;

    public string Namespace { get; init; } = "";

    public string Release { get; init; } = "";

    public int Revision { get; init; }

    public HelmDriver Driver { get; init; }

    [JsonIgnore]
    internal HelmRecordName Record => new(Namespace, Release, Revision, Driver);

    /// <summary><c>v1 secrets/sh.helm.release.v1.api.v3 -n prod</c>.</summary>
    [JsonIgnore]
    protected string Wire => string.Create(CultureInfo.InvariantCulture,
        $"v1 {(Driver == HelmDriver.Secret ? "secrets" : "configmaps")}/{Record.ObjectName} -n {Namespace}");

    /// <summary>Reads, decides, and writes on the condition that it is still so; decides again when it is not.</summary>
    /// <param name="edit">The record as it is to be; null when it is so already. Throws ChangedMeanwhile when it is neither.</param>
    private protected async Task<bool> ChangeAsync(StepContext context, Func<Task> intend, Func<HelmRecord, Task<HelmRecord?>> edit, CancellationToken cancellation)
    {
        for (var attempt = 1; ; attempt++)
        {
            var read = await context.Estate.Helm.ReadAsync(Record, cancellation);
            if (await edit(read) is not { } wanted) return false;
            await intend();
            try
            {
                await context.Estate.Helm.UpdateAsync(wanted, cancellation);
                return true;
            }
            catch (EstateException conflict) when (conflict.Kind == EstateErrorKind.Conflict && attempt < Attempts)
            {
                // Somebody wrote it in between; what he wrote decides.
            }
        }
    }

    private protected RollbackException ChangedMeanwhile(string what) => new("ChangedMeanwhile", $"{Capital(Record.ToString())} {what} by now: somebody else works on it. It was left as it is.")
    {
        Target = Record.Object,
        NextStep = $"Get-HelmHistory {Release} -Namespace {Namespace}",
    };

    private static string Capital(string text) => char.ToUpperInvariant(text[0]) + text[1..];
}
