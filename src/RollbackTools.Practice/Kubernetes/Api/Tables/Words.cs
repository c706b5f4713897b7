using System.Text.Json;

namespace RollbackTools.Practice.Kubernetes.Api.Tables;

/// <summary>The phrases printers share, as <c>pkg/printers/internalversion</c> and apimachinery's <c>duration</c> write them.</summary>
internal static class Words
{
    public static string Age(JsonElement item, DateTimeOffset now) => Since(item.Time("metadata", "creationTimestamp"), now);

    public static string Since(DateTimeOffset? moment, DateTimeOffset now) =>
        moment is { } then ? Duration(now - then) : "<unknown>";

    /// <summary>duration.HumanDuration: 2m10s, 3h, 4d2h.</summary>
    public static string Duration(TimeSpan span)
    {
        var seconds = (long)span.TotalSeconds;
        if (seconds < -1) return "<invalid>";
        if (seconds < 0) return "0s";
        if (seconds < 60 * 2) return $"{seconds}s";

        var minutes = seconds / 60;
        if (minutes < 10) return seconds % 60 == 0 ? $"{minutes}m" : $"{minutes}m{seconds % 60}s";
        if (minutes < 60 * 3) return $"{minutes}m";

        var hours = minutes / 60;
        if (hours < 8) return minutes % 60 == 0 ? $"{hours}h" : $"{hours}h{minutes % 60}m";
        if (hours < 48) return $"{hours}h";

        var days = hours / 24;
        if (days < 8) return hours % 24 == 0 ? $"{days}d" : $"{days}d{hours % 24}h";
        if (days < 365 * 2) return $"{days}d";

        var years = days / 365;
        return years < 8 && days % 365 != 0 ? $"{years}y{days % 365}d" : $"{years}y";
    }

    public static string Labels(JsonElement map) =>
        string.Join(",", map.Members().OrderBy(label => label.Name, StringComparer.Ordinal).Select(label => $"{label.Name}={label.Value.GetString()}"))
            .OrNone();

    public static string Selector(JsonElement selector)
    {
        if (selector.ValueKind != JsonValueKind.Object) return "<none>";
        var equal = selector.Members("matchLabels").OrderBy(label => label.Name, StringComparer.Ordinal)
            .Select(label => $"{label.Name}={label.Value.GetString()}");
        var sets = selector.Items("matchExpressions").Select(one => one.Text("operator") switch
        {
            "In" => $"{one.Text("key")} in ({Values(one)})",
            "NotIn" => $"{one.Text("key")} notin ({Values(one)})",
            "Exists" => one.Text("key"),
            _ => $"!{one.Text("key")}",
        });
        return string.Join(",", equal.Concat(sets)).OrNone();

        static string Values(JsonElement one) => string.Join(",", one.Items("values").Select(value => value.GetString()).Order());
    }

    public static string Containers(JsonElement podSpec) => string.Join(",", podSpec.Items("containers").Select(one => one.Text("name")));

    public static string Images(JsonElement podSpec) => string.Join(",", podSpec.Items("containers").Select(one => one.Text("image")));
}
