using System.Collections;
using System.Globalization;
using System.Management.Automation;
using System.Reflection;
using System.Text.RegularExpressions;

namespace RollbackTools.Cmdlets.Hosting;

/// <summary>The validation attributes our cmdlets use, with PowerShell's meaning.</summary>
internal static class ArgumentValidation
{
    private static readonly Type[] Known =
    [
        typeof(ValidateNotNullAttribute), typeof(ValidateNotNullOrEmptyAttribute), typeof(ValidateRangeAttribute),
        typeof(ValidateSetAttribute), typeof(ValidatePatternAttribute),
    ];

    public static bool Knows(Type attribute) => Known.Contains(attribute);

    /// <summary>What is wrong with the value; null when nothing is.</summary>
    public static string? Complaint(CustomAttributeData rule, object? value)
    {
        var type = rule.AttributeType;
        if (type == typeof(ValidateNotNullAttribute)) return value is null ? "The argument is null." : null;
        if (type == typeof(ValidateNotNullOrEmptyAttribute)) return IsEmpty(value) ? "The argument is null or empty." : null;
        return Elements(value).Select(element => ElementComplaint(rule, element)).FirstOrDefault(complaint => complaint is not null);
    }

    private static string? ElementComplaint(CustomAttributeData rule, object element)
    {
        var text = Convert.ToString(element, CultureInfo.InvariantCulture) ?? "";
        if (rule.AttributeType == typeof(ValidateSetAttribute))
        {
            var allowed = rule.Texts().ToList();
            return allowed.Contains(text, StringComparer.OrdinalIgnoreCase) ? null : $"The argument \"{text}\" does not belong to the set \"{string.Join(",", allowed)}\".";
        }

        if (rule.AttributeType == typeof(ValidatePatternAttribute))
        {
            var pattern = rule.Texts().First();
            return Regex.IsMatch(text, pattern, RegexOptions.IgnoreCase) ? null : $"The argument \"{text}\" does not match the \"{pattern}\" pattern.";
        }

        var (least, most) = (Number(rule.ConstructorArguments[0].Value), Number(rule.ConstructorArguments[1].Value));
        return Number(element) < least ? $"The {text} argument is less than the minimum allowed range of {least}."
            : Number(element) > most ? $"The {text} argument is greater than the maximum allowed range of {most}."
            : null;
    }

    private static decimal Number(object? value) => Convert.ToDecimal(value, CultureInfo.InvariantCulture);

    private static bool IsEmpty(object? value) => value switch
    {
        null or "" => true,
        string => false,
        ICollection { Count: 0 } => true,
        IEnumerable many and not IDictionary => many.Cast<object?>().Any(element => element is null or ""),
        _ => false,
    };

    private static IEnumerable<object> Elements(object? value) => value switch
    {
        null => [],
        string text => [text],
        IEnumerable many => many.Cast<object>(),
        _ => [value],
    };
}
