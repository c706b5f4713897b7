using RollbackTools.Practice.Kubernetes.Storage;

namespace RollbackTools.Practice.Kubernetes.Api.Reading;

/// <summary>Which objects of a kind a list, watch or deletecollection is about.</summary>
internal sealed record Selection(string? Namespace, LabelSelector Labels, FieldSelector Fields)
{
    public bool MatchesAll => Labels.MatchesAll && Fields.MatchesAll;

    public static Selection From(ApiRequest request)
    {
        var labels = Parse(request.Query("labelSelector"), LabelSelector.Parse);
        var fields = Parse(request.Query("fieldSelector"), FieldSelector.Parse);
        fields.Check(request.Type);
        return new Selection(request.Type.Namespaced ? request.Namespace : null, labels, fields);
    }

    public bool Matches(StoredObject item) =>
        (Namespace is null || item.Namespace == Namespace) && Labels.Matches(item.Labels) && Fields.Matches(item);

    /// <summary>A first, cheap look, fit to run under the store's lock.</summary>
    public Func<StoreEvent, bool>? Prefilter()
    {
        var (ns, name) = (Namespace, Fields.Name);
        if (ns is null && name is null) return null;
        return change => (ns is null || change.Object.Namespace == ns) && (name is null || change.Object.Name == name);
    }

    private static T Parse<T>(string? text, Func<string?, T> parse)
    {
        try
        {
            return parse(text);
        }
        catch (FormatException bad)
        {
            throw Refusals.BadRequest(bad.Message);
        }
    }
}
