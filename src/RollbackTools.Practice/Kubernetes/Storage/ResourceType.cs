namespace RollbackTools.Practice.Kubernetes.Storage;

/// <summary>One kind the practice API serves, as discovery names it.</summary>
public sealed record ResourceType(string Group, string Version, string Plural, string Kind, bool Namespaced)
{
    /// <summary><c>deploy</c> for deployments, and so on.</summary>
    public IReadOnlyList<string> ShortNames { get; init; } = [];

    /// <summary>Subresources served beside the object: <c>status</c>, <c>scale</c>, <c>log</c>.</summary>
    public IReadOnlyList<string> Subresources { get; init; } = [];

    /// <summary>Whether <c>metadata.generation</c> counts spec changes.</summary>
    public bool HasGeneration { get; init; }

    /// <summary>Categories such as <c>all</c>.</summary>
    public IReadOnlyList<string> Categories { get; init; } = [];

    /// <summary><c>apps/v1</c>, or <c>v1</c> for the core group.</summary>
    public string ApiVersion => Group.Length == 0 ? Version : $"{Group}/{Version}";

    public override string ToString() => Group.Length == 0 ? Plural : $"{Plural}.{Group}";
}
