using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using RollbackTools.Practice.Kubernetes.Schema;
using RollbackTools.Practice.Kubernetes.Schema.Trees;

namespace RollbackTools.Practice.Kubernetes.CustomResources;

/// <summary>Whether an object is what its openAPIV3Schema says, in the words of apiextensions-apiserver.</summary>
internal static class StructuralValidation
{
    private static readonly TimeSpan PatternTime = TimeSpan.FromSeconds(1);

    public static void Check(JsonObject body, JsonObject schema, List<FieldError> errors)
    {
        var properties = schema.Child("properties");
        foreach (var (name, value) in body)
            if (name is not ("apiVersion" or "kind" or "metadata") && properties.Child(name) is { } property) Check(value, property, name, errors);
        Required(body, schema, "", errors);
    }

    private static void Check(JsonNode? node, JsonObject schema, string path, List<FieldError> errors)
    {
        if (node is null)
        {
            if (!schema.True("nullable") && schema.Text("type") is { } wanted) errors.Add(WrongType(path, "null", wanted));
            return;
        }

        if (!HasType(node, schema))
        {
            errors.Add(WrongType(path, Shown(node), schema.Text("type")!));
            return;
        }

        if (schema.List("enum") is { } allowed && !allowed.Any(one => JsonNode.DeepEquals(one, node)))
            errors.Add(FieldError.NotSupported(path, node.ToString(), [.. allowed.Select(one => one!.ToString())]));
        switch (node)
        {
            case JsonObject map:
                foreach (var (name, value) in map)
                {
                    if ((schema.Child("properties").Child(name) ?? schema.Child("additionalProperties")) is { } property)
                        Check(value, property, $"{path}.{name}", errors);
                }

                Required(map, schema, path, errors);
                break;
            case JsonArray list:
                Items(list, schema, path, errors);
                break;
            default:
                Scalar(node, schema, path, errors);
                break;
        }
    }

    private static void Required(JsonObject map, JsonObject schema, string path, List<FieldError> errors)
    {
        foreach (var name in schema.List("required")?.Select(one => (string)one!) ?? [])
            if (!map.ContainsKey(name)) errors.Add(FieldError.Required(path.Length == 0 ? name : $"{path}.{name}"));
    }

    private static void Items(JsonArray list, JsonObject schema, string path, List<FieldError> errors)
    {
        if (schema.Number("maxItems") is { } most && list.Count > most)
            errors.Add(new FieldError("FieldValueTooMany", path, $"Too many: {list.Count}: must have at most {most} items"));
        if (schema.Number("minItems") is { } least && list.Count < least)
            errors.Add(FieldError.Invalid(path, list.Count, $"{path} in body should have at least {least} items"));
        if (schema.Child("items") is not { } item) return;
        for (var at = 0; at < list.Count; at++) Check(list[at], item, $"{path}[{at}]", errors);
    }

    private static void Scalar(JsonNode node, JsonObject schema, string path, List<FieldError> errors)
    {
        if (node.GetValueKind() == JsonValueKind.String)
        {
            var text = node.GetValue<string>();
            if (schema.Number("maxLength") is { } longest && Encoding.UTF8.GetByteCount(text) > longest)
                errors.Add(new FieldError("FieldValueTooLong", path, $"Too long: may not be more than {longest} bytes"));
            if (schema.Number("minLength") is { } shortest && text.Length < shortest)
                errors.Add(FieldError.Invalid(path, text, $"{path} in body should be at least {shortest} chars long"));
            if (schema.Text("pattern") is { } pattern && !Regex.IsMatch(text, pattern, RegexOptions.None, PatternTime))
                errors.Add(FieldError.Invalid(path, text, $"{path} in body should match '{pattern}'"));
        }
        else if (node.GetValueKind() == JsonValueKind.Number)
        {
            var number = Real(node);
            if (schema["minimum"] is { } least && number < Real(least))
                errors.Add(FieldError.Invalid(path, node, $"{path} in body should be greater than or equal to {least}"));
            if (schema["maximum"] is { } most && number > Real(most))
                errors.Add(FieldError.Invalid(path, node, $"{path} in body should be less than or equal to {most}"));
        }
    }

    private static double Real(JsonNode number) => double.Parse(number.ToJsonString(), CultureInfo.InvariantCulture);

    private static bool HasType(JsonNode node, JsonObject schema)
    {
        var kind = node.GetValueKind();
        if (schema.True("x-kubernetes-int-or-string")) return kind is JsonValueKind.Number or JsonValueKind.String;
        return schema.Text("type") switch
        {
            "object" => kind == JsonValueKind.Object,
            "array" => kind == JsonValueKind.Array,
            "string" => kind == JsonValueKind.String,
            "boolean" => kind is JsonValueKind.True or JsonValueKind.False,
            "integer" => kind == JsonValueKind.Number && Math.Floor(Real(node)).Equals(Real(node)),
            "number" => kind == JsonValueKind.Number,
            _ => true,
        };
    }

    /// <summary>The type is said in place of the value.</summary>
    private static FieldError WrongType(string path, string found, string wanted) =>
        new("FieldValueTypeInvalid", path, $"Invalid value: \"{found}\": {path} in body must be of type {wanted}: \"{found}\"");

    private static string Shown(JsonNode node) => node.GetValueKind() switch
    {
        JsonValueKind.Object => "object",
        JsonValueKind.Array => "array",
        JsonValueKind.String => "string",
        JsonValueKind.True or JsonValueKind.False => "boolean",
        _ => node.ToJsonString().Contains('.', StringComparison.Ordinal) ? "number" : "integer",
    };
}
