using System.Text.RegularExpressions;
using RollbackTools.Operations.Estate.Kustomize;
using RollbackTools.Operations.Runs;

namespace RollbackTools.Integrations.Kustomize;

/// <summary>Which entry is meant: by its name, by the name it is changed to, as Kustomize's own pattern, or by its last part.</summary>
internal static class ImageMatch
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    public static ImagePlace? Find(IReadOnlyList<ImagePlace> images, string name, string path)
    {
        Func<ImageEntry, bool>[] ways =
        [
            entry => entry.Name == name,
            entry => entry.NewName == name,
            entry => IsMatch(entry.Name, name),
            entry => !name.Contains('/', StringComparison.Ordinal) && (LastPart(entry.Name) == name || (entry.NewName is { } other && LastPart(other) == name)),
        ];
        foreach (var way in ways)
        {
            var found = images.Where(image => way(image.Entry)).ToList();
            if (found.Count == 1) return found[0];
            if (found.Count > 1)
            {
                throw new RollbackException("AmbiguousImage", $"{path} has {found.Count} entries that '{name}' can mean: {string.Join(", ", found.Select(image => image.Entry.Name))}.")
                {
                    Target = name,
                    NextStep = found.Select(image => image.Entry.Name).Distinct().Count() == 1 ? $"Remove the entries of {path} that are too many." : "Write the whole name of one.",
                };
            }
        }

        return null;
    }

    // Kustomize takes an entry's name for a regular expression.
    private static bool IsMatch(string pattern, string name)
    {
        if (pattern.Length > 500) return false;
        try
        {
            return Regex.IsMatch(name, $"^(?:{pattern})$", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant, Patience);
        }
        catch (Exception error) when (error is ArgumentException or NotSupportedException or RegexMatchTimeoutException)
        {
            return false;
        }
    }

    private static string LastPart(string name) => name[(name.LastIndexOf('/') + 1)..];
}

/// <summary>An entry and where it is: its index in the file's list. <see cref="IsText"/>: every value reads as text, never as a number or a date.</summary>
internal sealed record ImagePlace(int Index, ImageEntry Entry, bool IsText);
