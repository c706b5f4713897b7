using System.Globalization;
using RollbackTools.Operations.Estate.ArgoCd;

namespace RollbackTools.Operations.Argo.Applications;

/// <summary>
/// What an application was rolled away from and where it was taken, written on the application, so that the next person on another
/// machine does not walk back into the bad version.
/// </summary>
public static class VersionMarks
{
    /// <summary>
    /// Newest last, comma-separated: a version's key and the history id it had (<c>3f9a…@12</c>), since the same version synced again
    /// later gets a higher id and its chance.
    /// </summary>
    public const string BadAnnotation = "rollbacktools.io/bad-revisions";

    /// <summary>The key of the version the last rollback went to.</summary>
    public const string RestingAnnotation = "rollbacktools.io/rolled-back-to";

    private const int Remembered = 10;

    public static bool IsBad(ArgoApplication application, ApplicationVersion version, long id) => Bad(application)
        .Any(mark => mark.Key == version.Key && id <= mark.Id);

    public static bool IsRestingOn(ArgoApplication application, ApplicationVersion version) => application.Annotation(RestingAnnotation) == version.Key;

    /// <summary>The annotation's text with one more version that was left.</summary>
    internal static string With(string? annotation, string key, long id) =>
        string.Join(',', Parse(annotation).Where(mark => mark.Key != key).Select(mark => $"{mark.Key}@{mark.Id}").TakeLast(Remembered - 1).Append($"{key}@{id}"));

    /// <summary>Without what is said of a version.</summary>
    internal static string? Without(string? annotation, string key) =>
        string.Join(',', Parse(annotation).Where(mark => mark.Key != key).Select(mark => $"{mark.Key}@{mark.Id}")) is { Length: > 0 } rest ? rest : null;

    private static IEnumerable<(string Key, long Id)> Bad(ArgoApplication application) => Parse(application.Annotation(BadAnnotation));

    private static IEnumerable<(string Key, long Id)> Parse(string? annotation) => (annotation ?? "")
        .Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
        .Select(mark => mark.Split('@') is [var key, var id] && long.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? (key, number) : (mark, long.MaxValue));
}
