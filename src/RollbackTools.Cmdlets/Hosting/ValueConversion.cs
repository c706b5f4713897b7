using System.Collections;
using System.Globalization;

namespace RollbackTools.Cmdlets.Hosting;

/// <summary>The conversions PowerShell makes on the way to a parameter, as far as our parameters need them.</summary>
internal static class ValueConversion
{
    /// <summary>Throws <see cref="FormatException"/> with the reason when it cannot be.</summary>
    public static object? To(Type type, object? value)
    {
        if (Nullable.GetUnderlyingType(type) is { } inner) return value is null or "" ? null : To(inner, value);
        if (value is null) return type.IsValueType ? throw Impossible(type, value) : null;
        if (type.IsInstanceOfType(value)) return value;
        if (type.IsArray) return ToArray(type.GetElementType()!, value);
        try
        {
            return ToOne(type, value);
        }
        catch (Exception failure) when (failure is OverflowException or InvalidCastException or ArgumentException)
        {
            throw new FormatException(failure.Message, failure);
        }
    }

    private static Array ToArray(Type element, object value)
    {
        object?[] items = value is IEnumerable many and not (string or IDictionary) ? [.. many.Cast<object?>()] : [value];
        var array = Array.CreateInstance(element, items.Length);
        for (var i = 0; i < items.Length; i++) array.SetValue(To(element, items[i]), i);
        return array;
    }

    private static object ToOne(Type type, object value)
    {
        var text = Convert.ToString(value, CultureInfo.InvariantCulture) ?? "";
        if (type == typeof(string)) return text;
        if (type.IsEnum) return ToEnum(type, text);
        if (type == typeof(Uri)) return new Uri(text, UriKind.RelativeOrAbsolute);
        if (type == typeof(DateTimeOffset)) return DateTimeOffset.Parse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeLocal);
        if (type == typeof(TimeSpan)) return TimeSpan.Parse(text, CultureInfo.InvariantCulture);
        if (type.IsPrimitive) return Convert.ChangeType(value, type, CultureInfo.InvariantCulture);

        var make = type.GetConstructors().FirstOrDefault(candidate =>
            candidate.GetParameters() is [var only] && only.ParameterType.IsInstanceOfType(value) && only.ParameterType != type);
        if (make is null) throw Impossible(type, value);
        try
        {
            return make.Invoke([value]);
        }
        catch (System.Reflection.TargetInvocationException failure) when (failure.InnerException is { } reason)
        {
            throw new FormatException(reason.Message, reason);
        }
    }

    private static object ToEnum(Type type, string text) =>
        Enum.TryParse(type, text, ignoreCase: true, out var member) && Enum.IsDefined(type, member)
            ? member
            : throw new FormatException($"\"{text}\" is none of {string.Join(", ", Enum.GetNames(type))}.");

    private static FormatException Impossible(Type type, object? value) =>
        new($"Cannot convert {(value is null ? "null" : $"\"{value}\" ({value.GetType().Name})")} to {type.Name}.");
}
