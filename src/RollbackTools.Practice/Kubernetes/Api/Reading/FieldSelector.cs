using System.Text;
using RollbackTools.Practice.Kubernetes.Storage;

namespace RollbackTools.Practice.Kubernetes.Api.Reading;

/// <summary>A parsed <c>fieldSelector</c>: equalities over the few fields each kind lets one select by.</summary>
public sealed class FieldSelector
{
    public static readonly FieldSelector Everything = new([]);

    private static readonly Dictionary<string, string[]> Selectable = new(StringComparer.Ordinal)
    {
        ["Pod"] = ["spec.nodeName", "spec.restartPolicy", "spec.schedulerName", "spec.serviceAccountName", "spec.hostNetwork", "status.phase",
            "status.podIP", "status.nominatedNodeName"],
        ["Event"] = ["involvedObject.kind", "involvedObject.namespace", "involvedObject.name", "involvedObject.uid",
            "involvedObject.apiVersion", "involvedObject.resourceVersion", "involvedObject.fieldPath", "reason", "reportingComponent",
            "source", "type"],
        ["Node"] = ["spec.unschedulable"],
        ["Secret"] = ["type"],
        ["Namespace"] = ["status.phase"],
        ["Service"] = ["spec.clusterIP", "spec.type"],
        ["ReplicaSet"] = ["status.replicas"],
        ["Job"] = ["status.successful"],
    };

    private readonly IReadOnlyList<Term> terms;

    private FieldSelector(IReadOnlyList<Term> terms) => this.terms = terms;

    public bool MatchesAll => terms.Count == 0;

    /// <summary>The one name the selector can match, if it says so.</summary>
    public string? Name => terms.FirstOrDefault(term => term is { Field: "metadata.name", Equal: true })?.Value;

    /// <summary>Throws <see cref="FormatException"/> for bad syntax. Which fields a kind has is checked by <see cref="Check"/>.</summary>
    public static FieldSelector Parse(string? text)
    {
        if (string.IsNullOrWhiteSpace(text)) return Everything;
        List<Term> terms = [];
        foreach (var part in Split(text))
        {
            var at = part.IndexOf('=');
            if (at <= 0) throw new FormatException($"invalid selector: '{text}'; can't understand '{part}'");
            var negated = part[at - 1] == '!';
            var key = part[..(negated ? at - 1 : at)].Trim();
            var value = part[(at + 1)..];
            if (!negated && value.StartsWith('=')) value = value[1..];
            terms.Add(new Term(key, key.Split('.'), !negated, Unescape(value)));
        }

        return new FieldSelector(terms);
    }

    /// <summary>Refuses fields the kind cannot be selected by.</summary>
    public void Check(ResourceType type)
    {
        foreach (var term in terms)
        {
            if (term.Field is "metadata.name" || (term.Field is "metadata.namespace" && type.Namespaced)) continue;
            if (Selectable.TryGetValue(type.Kind, out var fields) && fields.Contains(term.Field)) continue;
            throw Refusals.BadRequest(Selectable.ContainsKey(type.Kind)
                ? $"field label not supported: {term.Field}"
                : $"\"{term.Field}\" is not a known field selector: only \"metadata.name\", \"metadata.namespace\"");
        }
    }

    public bool Matches(StoredObject item)
    {
        foreach (var term in terms)
        {
            var value = term.Field switch
            {
                "metadata.name" => item.Name,
                "metadata.namespace" => item.Namespace ?? "",
                "source" => JsonScan.Text(item.Json, "source", "component"),
                "status.successful" => JsonScan.Text(item.Json, "status", "succeeded") ?? "0",
                "spec.unschedulable" or "spec.hostNetwork" => JsonScan.Text(item.Json, term.Path) ?? "false",
                _ => JsonScan.Text(item.Json, term.Path),
            };
            if ((value ?? "") == term.Value != term.Equal) return false;
        }

        return true;
    }

    private static IEnumerable<string> Split(string text)
    {
        StringBuilder part = new();
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '\\' && i + 1 < text.Length)
            {
                part.Append(text[i]).Append(text[++i]);
            }
            else if (text[i] == ',')
            {
                if (part.Length > 0) yield return part.ToString();
                part.Clear();
            }
            else
            {
                part.Append(text[i]);
            }
        }

        if (part.Length > 0) yield return part.ToString();
    }

    private static string Unescape(string value) => value.Replace("\\,", ",").Replace("\\=", "=").Replace(@"\\", "\\");

    private sealed record Term(string Field, string[] Path, bool Equal, string Value);
}
