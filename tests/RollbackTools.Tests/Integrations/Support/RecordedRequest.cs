namespace RollbackTools.Tests.Integrations.Support;

/// <summary>What arrived at the test server.</summary>
internal sealed record RecordedRequest(
    string Method, string Path, string Query, string Protocol, string Connection, string Body, IReadOnlyDictionary<string, string> Headers, string? ClientName)
{
    public string Target => Path + Query;

    public string? Header(string name) => Headers.GetValueOrDefault(name);
}
