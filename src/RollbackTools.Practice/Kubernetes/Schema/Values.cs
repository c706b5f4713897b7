using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using RollbackTools.Practice.Kubernetes.Schema.Trees;
using RollbackTools.Practice.Kubernetes.Storage;

namespace RollbackTools.Practice.Kubernetes.Schema;

/// <summary>Text that Go reads as something else while it decodes: times and quantities.</summary>
internal static partial class Values
{
    private const string Quantity = "^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$";
    private const string MicroTime = "2006-01-02T15:04:05.000000Z07:00";

    /// <summary>Throws <see cref="DecodeException"/> for the first that cannot be read.</summary>
    public static void Check(ResourceType type, JsonObject body)
    {
        if (type.Custom) return;
        var spec = body.Child("spec");
        if (type.Kind == "Secret")
            foreach (var (key, value) in body.Child("data") ?? [])
                Base64(key, value?.ToString() ?? "");
        if (type.Kind == "Lease")
        {
            Time(spec, "acquireTime");
            Time(spec, "renewTime");
        }

        var pod = type.Kind == "Pod" ? spec : (spec.Child("jobTemplate").Child("spec") ?? spec).Child("template").Child("spec");
        foreach (var container in pod.Objects("containers").Concat(pod.Objects("initContainers")))
            foreach (var list in (string[])["limits", "requests"])
                foreach (var (name, amount) in container.Child("resources").Child(list) ?? [])
                    if (!QuantityPattern().IsMatch(amount?.ToString() ?? ""))
                        throw new DecodeException($"quantities must match the regular expression '{Quantity}'", $"spec.resources.{list}.{name}", "Quantity", $"{amount}");
    }

    private static void Base64(string key, string text)
    {
        if (Convert.TryFromBase64String(text, new byte[text.Length], out _)) return;
        var at = text.TakeWhile(letter => char.IsAsciiLetterOrDigit(letter) || letter is '+' or '/').Count();
        throw new DecodeException($"illegal base64 data at input byte {at}", $"data.{key}", "[]uint8", text);
    }

    private static void Time(JsonObject? spec, string field)
    {
        if (spec.Text(field) is not { } text || TimePattern().IsMatch(text)) return;

        // As Go's time.Parse says where it stopped.
        var (at, layout) = WholeSeconds().Match(text) is { Success: true } match ? (match.Groups[1].Value, ".000000") : (text, "2006");
        throw new DecodeException($"parsing time \"{text}\" as \"{MicroTime}\": cannot parse \"{at}\" as \"{layout}\"", $"spec.{field}", "MicroTime", text);
    }

    [GeneratedRegex(Quantity)]
    private static partial Regex QuantityPattern();

    [GeneratedRegex(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}(Z|[+-]\d\d:\d\d)$")]
    private static partial Regex TimePattern();

    [GeneratedRegex(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(.*)$")]
    private static partial Regex WholeSeconds();
}
