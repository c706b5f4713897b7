namespace RollbackTools.Practice.Kubernetes.Schema;

/// <summary>One thing wrong with an object, in the words of apimachinery's <c>field.Error</c>.</summary>
public sealed record FieldError(string Reason, string Field, string Detail)
{
    public static FieldError Required(string field, string detail = "") =>
        new("FieldValueRequired", field, detail.Length == 0 ? "Required value" : $"Required value: {detail}");

    public static FieldError Invalid(string field, object? value, string detail) =>
        new("FieldValueInvalid", field, $"Invalid value: {Show(value)}: {detail}");

    public static FieldError Forbidden(string field, string detail) => new("FieldValueForbidden", field, $"Forbidden: {detail}");

    public static FieldError Duplicate(string field, string value) => new("FieldValueDuplicate", field, $"Duplicate value: \"{value}\"");

    public static FieldError NotFound(string field, string value) => new("FieldValueNotFound", field, $"Not found: \"{value}\"");

    public static FieldError NotSupported(string field, string? value, params string[] supported) =>
        new("FieldValueNotSupported", field,
            $"Unsupported value: \"{value}\": supported values: {string.Join(", ", supported.Order().Select(one => $"\"{one}\""))}");

    public override string ToString() => $"{Field}: {Detail}";

    private static string Show(object? value) => value switch
    {
        null => "null",
        string text => $"\"{text}\"",
        _ => value.ToString() ?? "",
    };
}
