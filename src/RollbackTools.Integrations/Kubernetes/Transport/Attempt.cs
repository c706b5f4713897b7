using RollbackTools.Operations.Estate;

namespace RollbackTools.Integrations.Kubernetes.Transport;

/// <summary>How one try ended. A value, not an exception, so that the retry decides without unwinding.</summary>
internal abstract class Attempt
{
    public EstateException? Failure { get; init; }

    /// <summary>Sending it again is safe and may help.</summary>
    public bool Repeat { get; init; }

    /// <summary>How long the server asked to wait.</summary>
    public TimeSpan? After { get; init; }
}

internal sealed class Attempt<T> : Attempt
{
    public T? Value { get; init; }
}
