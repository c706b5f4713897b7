using System.Text.Json.Nodes;
using RollbackTools.Practice.Kubernetes.Controllers;
using RollbackTools.Practice.Kubernetes.Schema;

namespace RollbackTools.Practice.Helm.Actions;

/// <summary>One object of a manifest, and where the API server keeps such objects.</summary>
internal sealed record ReleaseObject(JsonObject Body, string Collection, string? Namespace)
{
    public string ApiVersion => Body.Text("apiVersion") ?? "";

    public string Kind => Body.Text("kind") ?? "";

    public string Name => Body.Text("metadata", "name") ?? "";

    public string Path => $"{Collection}/{Name}";

    /// <summary>What a Kubernetes client has types of; everything else it patches as JSON.</summary>
    public TypeSchema? Schema => Resources.BuiltIn.FirstOrDefault(type => type.Kind == Kind && type.ApiVersion == ApiVersion) is { } type ? SchemaCatalog.For(type) : null;

    public bool Same(ReleaseObject other) => Kind == other.Kind && Path == other.Path;

    public override string ToString() => $"{Kind} \"{Name}\" in namespace \"{Namespace}\"";
}
