using System.Globalization;
using System.Text.RegularExpressions;
using RollbackTools.Practice.ArgoCd;
using RollbackTools.Practice.Kubernetes.Controllers;
using RollbackTools.Practice.Rollouts.Analysis.Expressions;
using RollbackTools.Practice.Traffic;

namespace RollbackTools.Practice.Rollouts.Analysis.Queries;

/// <summary>A query that is none, or more than is understood here.</summary>
internal sealed class QueryException(string message) : Exception(message);

/// <summary>What a query comes to.</summary>
/// <param name="Scalar">One number, rather than a vector that may be empty.</param>
internal sealed record QueryValue(bool Scalar, IReadOnlyList<double> Values);

/// <summary>
/// PromQL, as much as success rates are written with: <c>http_requests_total</c> with matchers, <c>rate</c>, <c>increase</c>,
/// <c>sum</c>, arithmetic and parentheses. A window is as long as the cluster's tempo makes it.
/// </summary>
internal sealed class PrometheusQueries(TrafficLedger ledger, TimeProvider time, PracticeTempo tempo)
{
    private const string Requests = "http_requests_total";

    /// <summary>Throws <see cref="QueryException"/>.</summary>
    public QueryValue Evaluate(string query)
    {
        try
        {
            Tokens tokens = new(query);
            var value = Sum(tokens);
            return tokens.Peek is { } left ? throw new FormatException($"unexpected \"{left}\"") : value;
        }
        catch (Exception wrong) when (wrong is FormatException or RegexParseException)
        {
            throw new QueryException($"invalid parameter \"query\": {wrong.Message}");
        }
    }

    private QueryValue Sum(Tokens tokens)
    {
        var left = Product(tokens);
        while (tokens.Peek is "+" or "-")
        {
            var sign = tokens.Take();
            left = Combine(left, Product(tokens), sign == "+" ? (a, b) => a + b : (a, b) => a - b);
        }

        return left;
    }

    private QueryValue Product(Tokens tokens)
    {
        var left = Primary(tokens);
        while (tokens.Peek is "*" or "/")
        {
            var sign = tokens.Take();
            left = Combine(left, Primary(tokens), sign == "*" ? (a, b) => a * b : (a, b) => a / b);
        }

        return left;
    }

    private QueryValue Primary(Tokens tokens)
    {
        var word = tokens.Take();
        if (char.IsDigit(word[0])) return new QueryValue(true, [double.Parse(word, CultureInfo.InvariantCulture)]);
        if (word is not ("(" or "sum" or "rate" or "increase" or "irate")) throw new FormatException($"unknown function or metric \"{word}\"");
        if (word != "(") tokens.Expect("(");
        var value = word is "(" or "sum" ? Sum(tokens) : Counter(tokens, perSecond: word != "increase");
        tokens.Expect(")");
        return word == "sum" && value.Values.Count > 0 ? new QueryValue(false, [value.Values.Sum()]) : value;
    }

    /// <summary>How much a counter has grown within a window: one value for each series.</summary>
    private QueryValue Counter(Tokens tokens, bool perSecond)
    {
        var metric = tokens.Take();
        var matches = Matchers(tokens);
        tokens.Expect("[");
        var window = GoDuration.Parse(tokens.Take());
        tokens.Expect("]");
        var now = time.GetUtcNow();
        var series = metric == Requests ? ledger.Since(now - tempo.Scaled(window.TotalSeconds)) : [];
        var growth = series.Where(request => matches.TrueForAll(so => so(request)))
            .GroupBy(request => (request.Service, request.Pod, request.Status)).Select(one => (double)one.Count());
        return new QueryValue(false, [.. growth.Select(count => perSecond ? count / window.TotalSeconds : count)]);
    }

    private static List<Func<ServedRequest, bool>> Matchers(Tokens tokens)
    {
        List<Func<ServedRequest, bool>> all = [];
        if (!tokens.Skip("{")) return all;
        while (!tokens.Skip("}"))
        {
            var (label, sign, wanted) = (tokens.Take(), tokens.Take(), tokens.Take()[1..^1]);
            Regex pattern = new($"^(?:{wanted})$", RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1));
            all.Add(request => sign switch
            {
                "=" => Label(request, label) == wanted,
                "!=" => Label(request, label) != wanted,
                "=~" => pattern.IsMatch(Label(request, label)),
                "!~" => !pattern.IsMatch(Label(request, label)),
                _ => throw new FormatException($"unexpected \"{sign}\" in label matching"),
            });
            tokens.Skip(",");
        }

        return all;
    }

    private static string Label(ServedRequest request, string name) => name switch
    {
        "namespace" => request.Namespace,
        "service" => request.Service,
        "pod" => request.Pod,
        "status" or "code" => request.Status.ToString(CultureInfo.InvariantCulture),
        "rollouts_pod_template_hash" => request.Hash,
        _ => "",
    };

    private static QueryValue Combine(QueryValue left, QueryValue right, Func<double, double, double> with)
    {
        if (left.Values.Count == 0 || right.Values.Count == 0) return new QueryValue(false, []);
        if (left.Values.Count > 1 && right.Values.Count > 1) throw new FormatException("many-to-many matching not allowed: sum both sides");
        return left.Values.Count > 1
            ? new QueryValue(false, [.. left.Values.Select(value => with(value, right.Values[0]))])
            : new QueryValue(left.Scalar && right.Scalar, [.. right.Values.Select(value => with(left.Values[0], value))]);
    }
}
