using System.Globalization;

namespace RollbackTools.Practice.Kubernetes.Api.Reading;

/// <summary>A parsed <c>labelSelector</c>: equality, set membership, existence and integer comparison, all of which must hold.</summary>
public sealed class LabelSelector
{
    public static readonly LabelSelector Everything = new([]);

    private readonly IReadOnlyList<Requirement> requirements;

    private LabelSelector(IReadOnlyList<Requirement> requirements) => this.requirements = requirements;

    private enum Operator
    {
        In,
        NotIn,
        Exists,
        DoesNotExist,
        Greater,
        Less,
    }

    public bool MatchesAll => requirements.Count == 0;

    /// <summary>Parses the query parameter; throws <see cref="FormatException"/> with the API's words.</summary>
    public static LabelSelector Parse(string? text)
    {
        if (string.IsNullOrWhiteSpace(text)) return Everything;
        SelectorScanner scanner = new(text);
        List<Requirement> found = [];
        do found.Add(One(scanner));
        while (scanner.TryTake(','));
        scanner.End();
        return new LabelSelector(found);
    }

    public bool Matches(IReadOnlyDictionary<string, string> labels)
    {
        foreach (var requirement in requirements)
            if (!requirement.Holds(labels)) return false;
        return true;
    }

    private static Requirement One(SelectorScanner scanner)
    {
        if (scanner.TryTake('!')) return new Requirement(scanner.Key(), Operator.DoesNotExist, []);

        var key = scanner.Key();
        if (scanner.AtEndOrComma) return new Requirement(key, Operator.Exists, []);
        if (scanner.TryTake("!=")) return new Requirement(key, Operator.NotIn, [scanner.Value()]);
        if (scanner.TryTake("==") || scanner.TryTake('=')) return new Requirement(key, Operator.In, [scanner.Value()]);
        if (scanner.TryTake('>')) return Number(key, Operator.Greater, scanner.Value());
        if (scanner.TryTake('<')) return Number(key, Operator.Less, scanner.Value());
        return scanner.Word() switch
        {
            "in" => new Requirement(key, Operator.In, scanner.Values()),
            "notin" => new Requirement(key, Operator.NotIn, scanner.Values()),
            var other => throw new FormatException(
                $"unable to parse requirement: found '{other}', expected: in, notin, =, ==, !=, gt, lt"),
        };
    }

    private static Requirement Number(string key, Operator op, string value) => long.TryParse(value, CultureInfo.InvariantCulture, out _)
        ? new Requirement(key, op, [value])
        : throw new FormatException($"values[0][{key}]: Invalid value: \"{value}\": for 'Gt', 'Lt' operators, the value must be an integer");

    private sealed record Requirement(string Key, Operator Operator, IReadOnlyList<string> Values)
    {
        public bool Holds(IReadOnlyDictionary<string, string> labels)
        {
            var has = labels.TryGetValue(Key, out var value);
            return Operator switch
            {
                Operator.In => has && Values.Contains(value!),
                Operator.NotIn => !has || !Values.Contains(value!),
                Operator.Exists => has,
                Operator.DoesNotExist => !has,
                _ => has && long.TryParse(value, CultureInfo.InvariantCulture, out var number)
                    && (Operator == Operator.Greater ? number > long.Parse(Values[0]) : number < long.Parse(Values[0])),
            };
        }
    }
}
