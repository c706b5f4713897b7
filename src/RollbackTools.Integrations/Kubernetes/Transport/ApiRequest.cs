namespace RollbackTools.Integrations.Kubernetes.Transport;

/// <summary>One request: where it goes, and how errors speak of it.</summary>
internal sealed record ApiRequest(HttpMethod Method, string Verb, ApiTarget Target)
{
    public const string Json = "application/json";

    /// <summary>Escaped <c>name=value</c> pairs.</summary>
    public QueryString Query { get; init; } = new();

    public ReadOnlyMemory<byte> Body { get; init; }

    public string? ContentType { get; init; }

    public string Accept { get; init; } = Json;

    /// <summary>
    /// Sending it again after no answer came does no harm: it only reads, or a second arrival is refused by its own condition.
    /// </summary>
    public bool MayRepeat { get; init; }

    public Uri Address(Uri server) => new(server, Target.Path + Query);

    /// <summary>The wire's words: <c>PATCH apps/v1 deployments/api -n prod</c>.</summary>
    public override string ToString() => $"{Verb.ToUpperInvariant()} {Target}";
}

/// <summary>What a request is about. Every part has been checked to be a name before it becomes part of a path.</summary>
internal sealed record ApiTarget(string Group, string Version, string Plural, string? Namespace, string? Name = null, string? Subresource = null)
{
    public string? Selector { get; init; }

    public string ApiVersion => Group.Length == 0 ? Version : $"{Group}/{Version}";

    /// <summary><c>deployments.apps</c>, <c>pods/log</c>.</summary>
    public string QualifiedName => (Group.Length == 0 ? Plural : $"{Plural}.{Group}") + (Subresource is null ? "" : "/" + Subresource);

    public string Path
    {
        get
        {
            var path = (Group.Length == 0 ? "api/" : $"apis/{Escape(Group)}/") + Escape(Version);
            if (Namespace is not null) path += "/namespaces/" + Escape(Namespace);
            // Without a kind it is about the group itself.
            if (Plural.Length > 0) path += "/" + Escape(Plural);
            if (Name is not null) path += "/" + Escape(Name);
            return Subresource is null ? path : path + "/" + Escape(Subresource);
        }
    }

    public override string ToString() => $"{ApiVersion} {Plural}".TrimEnd()
        + (Name is null ? "" : "/" + Name)
        + (Subresource is null ? "" : "/" + Subresource)
        + (Namespace is null ? "" : $" -n {Namespace}")
        + (Selector is null ? "" : $" {Selector}");

    private static string Escape(string text) => Uri.EscapeDataString(text);
}
