using System.Text;

namespace RollbackTools.Integrations.Kubernetes.Transport;

/// <summary>Makes a text from outside safe to show: one line, bounded, without the control characters terminals obey.</summary>
internal static class PlainText
{
    public static string Clean(string text, int length = 2000)
    {
        var clean = new StringBuilder(Math.Min(text.Length, length));
        foreach (var c in text.Trim())
        {
            if (clean.Length >= length) return clean.Append('…').ToString();
            if (!char.IsControl(c)) clean.Append(c);
            else if (clean.Length > 0 && clean[^1] != ' ') clean.Append(' ');
        }

        return clean.ToString();
    }
}
