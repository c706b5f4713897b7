using RollbackTools.Operations.Estate.ArgoCd;

namespace RollbackTools.Integrations.ArgoCd;

/// <summary>One request: where it goes, and how errors speak of it.</summary>
internal sealed record ArgoRequest(HttpMethod Method, string Verb, string Path)
{
    public ApplicationName? Application { get; init; }

    public string Query { get; init; } = "";

    public byte[]? Body { get; init; }

    /// <summary>Only reads are sent again: a sync that was asked for twice is two syncs.</summary>
    public bool MayRepeat => Method == HttpMethod.Get;

    public override string ToString() => $"{Verb} {Application?.ToString() ?? Path}";
}
