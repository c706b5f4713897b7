using System.Runtime.CompilerServices;
using RollbackTools.Operations.Estate;

namespace RollbackTools.Operations.Runs;

/// <summary>Runs what was asked for, from its plan to the last line of its record.</summary>
public sealed class OperationRunner(IEstate estate, RunStore runs, IOperationReporter reporter, TimeProvider time)
{
    /// <summary>
    /// One result per target, as each ends. Asks <see cref="IOperationReporter.DecideAsync"/> for each before anything is changed.
    /// What concerns one target is in its result (Failed, with an ErrorId); what concerns the whole request throws.
    /// </summary>
    public async IAsyncEnumerable<RollbackResult> RunAsync(OperationRequest request, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await using var operation = request.Open(estate, reporter, time);
        var plans = await operation.PlanAsync(cancellation);
        await foreach (var result in new RunEngine(estate, runs, reporter, time)
            .ExecuteAsync(Header(request), plans, request.Parallelism, opening: null, cancellation))
            yield return result;
    }

    private RunHeader Header(OperationRequest request) => new()
    {
        Operation = request.Operation,
        Estate = estate.Name,
        Actor = RunEngine.Actor,
        Reason = request.Why,
        Version = typeof(OperationRunner).Assembly.GetName().Version?.ToString(3) ?? "",
        Connection = estate.Connection,
        Request = request,
    };
}
