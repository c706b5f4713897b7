using System.Text;

namespace RollbackTools.Operations.Argo.ImageUpdates;

/// <summary>Image Updater's <c>ignoreTags</c> are Go's <c>filepath.Match</c> globs: a tag that is meant literally is escaped.</summary>
public static class TagPattern
{
    /// <summary>Every tag.</summary>
    public const string Everything = "*";

    /// <summary>A pattern for exactly this tag.</summary>
    public static string Exactly(string tag)
    {
        StringBuilder pattern = new();
        foreach (var c in tag)
        {
            if (c is '*' or '?' or '[' or '\\') pattern.Append('\\');
            pattern.Append(c);
        }

        return pattern.ToString();
    }
}
