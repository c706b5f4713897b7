using System.Text.Json.Nodes;
using RollbackTools.Practice.Kubernetes.Schema;
using RollbackTools.Practice.Kubernetes.Schema.Trees;

namespace RollbackTools.Practice.Kubernetes.CustomResources;

/// <summary>What a CustomResourceDefinition must look like.</summary>
internal static class DefinitionRules
{
    public static void Check(JsonObject body, List<FieldError> errors)
    {
        var spec = body.Child("spec");
        var names = spec.Child("names");
        var (group, plural, name) = (spec.Text("group") ?? "", names.Text("plural") ?? "", body.Child("metadata").Text("name"));
        if (group.Length == 0) errors.Add(FieldError.Required("spec.group"));
        if (plural.Length == 0) errors.Add(FieldError.Required("spec.names.plural"));
        if (names.Text("kind") is not { Length: > 0 }) errors.Add(FieldError.Required("spec.names.kind"));
        if (name != $"{plural}.{group}") errors.Add(FieldError.Invalid("metadata.name", name, "must be spec.names.plural+\".\"+spec.group"));
        if (spec.Text("scope") is not ("Namespaced" or "Cluster"))
            errors.Add(FieldError.NotSupported("spec.scope", spec.Text("scope"), "Cluster", "Namespaced"));

        var versions = spec.Objects("versions").ToList();
        if (versions.Count(version => version.True("storage")) != 1)
            errors.Add(FieldError.Invalid("spec.versions", new JsonArray([.. versions.Select(version => version.DeepClone())]).ToJsonString(),
                "must have exactly one version marked as storage version"));
        for (var at = 0; at < versions.Count; at++)
        {
            if (versions[at].Text("name") is not { Length: > 0 }) errors.Add(FieldError.Required($"spec.versions[{at}].name"));
            if (versions[at].Child("schema").Child("openAPIV3Schema") is null)
                errors.Add(FieldError.Required($"spec.versions[{at}].schema.openAPIV3Schema", "schemas are required"));
        }
    }

    public static void CheckUpdate(JsonObject now, JsonObject before, List<FieldError> errors)
    {
        var (spec, old) = (now.Child("spec"), before.Child("spec"));
        Same("spec.group", spec.Text("group"), old.Text("group"));
        Same("spec.scope", spec.Text("scope"), old.Text("scope"));
        Same("spec.names.kind", spec.Child("names").Text("kind"), old.Child("names").Text("kind"));
        Same("spec.names.plural", spec.Child("names").Text("plural"), old.Child("names").Text("plural"));

        void Same(string path, string? value, string? was)
        {
            if (value != was) errors.Add(FieldError.Invalid(path, value, "field is immutable"));
        }
    }
}
