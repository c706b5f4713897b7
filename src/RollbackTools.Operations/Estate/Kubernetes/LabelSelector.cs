namespace RollbackTools.Operations.Estate.Kubernetes;

/// <summary>metav1.LabelSelector: equalities and set expressions, all of which must hold.</summary>
public sealed record LabelSelector
{
    public IReadOnlyDictionary<string, string> MatchLabels { get; init => field = value ?? Empty; } = Empty;

    public IReadOnlyList<LabelExpression> MatchExpressions { get; init => field = value ?? []; } = [];

    private static IReadOnlyDictionary<string, string> Empty { get; } = new Dictionary<string, string>();

    /// <summary>The query form: <c>app=api,tier in (a,b),!canary</c>.</summary>
    public override string ToString() => string.Join(',',
        MatchLabels.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => $"{pair.Key}={pair.Value}")
            .Concat(MatchExpressions.Select(expression => expression.ToString())));

    /// <summary>Whether an object with these labels is selected. An empty selector selects everything.</summary>
    public bool Matches(IReadOnlyDictionary<string, string> labels) =>
        MatchLabels.All(pair => labels.TryGetValue(pair.Key, out var value) && value == pair.Value)
        && MatchExpressions.All(expression => expression.Matches(labels));
}

public sealed record LabelExpression
{
    public string Key { get; init => field = value ?? ""; } = "";

    /// <summary>In, NotIn, Exists or DoesNotExist.</summary>
    public string Operator { get; init => field = value ?? ""; } = "";

    public IReadOnlyList<string> Values { get; init => field = value ?? []; } = [];

    public override string ToString() => Operator switch
    {
        "In" => $"{Key} in ({string.Join(',', Values)})",
        "NotIn" => $"{Key} notin ({string.Join(',', Values)})",
        "Exists" => Key,
        "DoesNotExist" => $"!{Key}",
        _ => throw new EstateException(EstateErrorKind.Server, $"Unknown label selector operator '{Operator}' on key '{Key}'."),
    };

    public bool Matches(IReadOnlyDictionary<string, string> labels)
    {
        var has = labels.TryGetValue(Key, out var value);
        return Operator switch
        {
            "In" => has && Values.Contains(value),
            "NotIn" => !has || !Values.Contains(value),
            "Exists" => has,
            "DoesNotExist" => !has,
            _ => false,
        };
    }
}
