using System.Collections;
using System.Globalization;

namespace RollbackTools.Practice.Rollouts.Analysis.Expressions;

/// <summary>
/// A metric's condition, such as <c>len(result) == 0 || isNaN(result[0]) || result[0] >= 0.95</c>: comparisons, arithmetic, and the
/// functions the real controller offers.
/// </summary>
internal sealed class Condition
{
    private readonly Tokens tokens;
    private readonly Func<object?, object?> evaluate;

    /// <summary>Throws <see cref="FormatException"/> when it is none.</summary>
    public Condition(string text)
    {
        tokens = new Tokens(text);
        evaluate = Or();
        if (tokens.Peek is { } left) throw new FormatException($"unexpected token \"{left}\"");
    }

    /// <summary>Throws <see cref="FormatException"/> when the result is not what the condition asks about.</summary>
    public bool Holds(object? result) => evaluate(result) is bool so ? so : throw new FormatException("expected bool");

    private Func<object?, object?> Or()
    {
        var left = And();
        while (tokens.Skip("||", "or"))
        {
            var (first, second) = (left, And());
            left = result => Truth(first(result)) || Truth(second(result));
        }

        return left;
    }

    private Func<object?, object?> And()
    {
        var left = Comparison();
        while (tokens.Skip("&&", "and"))
        {
            var (first, second) = (left, Comparison());
            left = result => Truth(first(result)) && Truth(second(result));
        }

        return left;
    }

    private Func<object?, object?> Comparison()
    {
        var left = Sum();
        if (tokens.Peek is not ("==" or "!=" or "<" or "<=" or ">" or ">=")) return left;
        var sign = tokens.Take();
        var right = Sum();
        return result => Compare(sign, left(result), right(result));
    }

    private Func<object?, object?> Sum()
    {
        var left = Product();
        while (tokens.Peek is "+" or "-")
        {
            var (sign, first) = (tokens.Take(), left);
            var second = Product();
            left = result => sign == "+" ? Number(first(result)) + Number(second(result)) : Number(first(result)) - Number(second(result));
        }

        return left;
    }

    private Func<object?, object?> Product()
    {
        var left = Unary();
        while (tokens.Peek is "*" or "/" or "%")
        {
            var (sign, first) = (tokens.Take(), left);
            var second = Unary();
            left = result => sign switch
            {
                "*" => Number(first(result)) * Number(second(result)),
                "/" => Number(first(result)) / Number(second(result)),
                _ => Number(first(result)) % Number(second(result)),
            };
        }

        return left;
    }

    private Func<object?, object?> Unary()
    {
        if (tokens.Skip("!", "not"))
        {
            var operand = Unary();
            return result => !Truth(operand(result));
        }

        if (!tokens.Skip("-")) return Member();
        var value = Unary();
        return result => -Number(value(result));
    }

    private Func<object?, object?> Member()
    {
        var left = Primary();
        while (tokens.Peek is "[" or ".")
        {
            var of = left;
            Func<object?, object?> key;
            if (tokens.Skip("["))
            {
                key = Or();
                tokens.Expect("]");
            }
            else
            {
                tokens.Expect(".");
                var name = tokens.Take();
                key = _ => name;
            }

            left = result => Item(of(result), key(result));
        }

        return left;
    }

    private Func<object?, object?> Primary()
    {
        var word = tokens.Take();
        if (word == "(")
        {
            var inner = Or();
            tokens.Expect(")");
            return inner;
        }

        if (word[0] is '"' or '\'') return _ => word[1..^1];
        if (char.IsDigit(word[0])) return _ => double.Parse(word, CultureInfo.InvariantCulture);
        if (tokens.Peek == "(") return Call(word);
        return word switch
        {
            "true" => _ => true,
            "false" => _ => false,
            "nil" => _ => null,
            "result" => result => result,
            _ => throw new FormatException($"unknown name {word}"),
        };
    }

    private Func<object?, object?> Call(string function)
    {
        List<Func<object?, object?>> arguments = [];
        tokens.Expect("(");
        while (tokens.Peek != ")")
        {
            arguments.Add(Or());
            if (!tokens.Skip(",")) break;
        }

        tokens.Expect(")");
        if (arguments.Count == 0) throw new FormatException($"not enough arguments to call {function}");
        var first = arguments[0];
        return function switch
        {
            "len" => result => first(result) is ICollection items ? (double)items.Count : throw new FormatException("invalid argument for len"),
            "isNaN" => result => double.IsNaN(Number(first(result))),
            "isInf" => result => double.IsInfinity(Number(first(result))),
            "isNil" => result => result is null,
            "asInt" => result => Math.Truncate(Number(first(result))),
            "asFloat" => result => Number(first(result)),
            "default" when arguments.Count > 1 => result => result ?? arguments[1](result),
            _ => throw new FormatException($"unknown name {function}"),
        };
    }

    private static bool Truth(object? value) => value is bool so ? so : throw new FormatException("expected bool");

    private static double Number(object? value) => value switch
    {
        double number => number,
        string text when double.TryParse(text, CultureInfo.InvariantCulture, out var number) => number,
        _ => throw new FormatException($"invalid operation on {value?.GetType().Name ?? "nil"}"),
    };

    private static object Compare(string sign, object? left, object? right)
    {
        if (sign is "==" or "!=") return Equal(left, right) == (sign == "==");
        if (left is string a && right is string b) return Ordered(sign, string.CompareOrdinal(a, b));
        var (x, y) = (Number(left), Number(right));
        return sign switch { "<" => x < y, "<=" => x <= y, ">" => x > y, _ => x >= y };
    }

    private static bool Ordered(string sign, int order) => sign switch { "<" => order < 0, "<=" => order <= 0, ">" => order > 0, _ => order >= 0 };

    private static bool Equal(object? left, object? right) =>
        left is double x && right is double y ? x.Equals(y) && !double.IsNaN(x) : Equals(left, right);

    private static object? Item(object? of, object? key) => (of, key) switch
    {
        (IReadOnlyDictionary<string, object?> map, string name) => map.GetValueOrDefault(name),
        (IReadOnlyList<object?> list, double index) when index >= 0 && index < list.Count => list[(int)index],
        (IReadOnlyList<object?> list, double index) => throw new FormatException($"index out of range: {index} (array length is {list.Count})"),
        _ => throw new FormatException($"cannot fetch {key} from {of?.GetType().Name ?? "nil"}"),
    };
}
