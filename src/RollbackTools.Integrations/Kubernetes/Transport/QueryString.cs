using System.Globalization;
using System.Text;

namespace RollbackTools.Integrations.Kubernetes.Transport;

/// <summary>Builds a query; values are escaped, empty ones left out.</summary>
internal sealed class QueryString
{
    private readonly StringBuilder _text = new();

    public QueryString Add(string name, string? value)
    {
        if (!string.IsNullOrEmpty(value)) _text.Append(_text.Length == 0 ? '?' : '&').Append(name).Append('=').Append(Uri.EscapeDataString(value));
        return this;
    }

    public QueryString Add(string name, long? value) => Add(name, value?.ToString(CultureInfo.InvariantCulture));

    public QueryString Add(string name, bool value) => Add(name, value ? "true" : null);

    public override string ToString() => _text.ToString();
}
