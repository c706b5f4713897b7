using System.Globalization;
using System.Management.Automation;

namespace RollbackTools.Cmdlets.Shared;

/// <summary>Lets a point in time be written as one, in local time unless it says, or as how long ago it was: <c>15m</c>.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class MomentAttribute : ArgumentTransformationAttribute
{
    public override object? Transform(EngineIntrinsics engineIntrinsics, object? inputData)
    {
        var value = AsTyped.Value(inputData);
        return value switch
        {
            DateTime { Kind: DateTimeKind.Utc } time => new DateTimeOffset(time),
            DateTime time => new DateTimeOffset(DateTime.SpecifyKind(time, DateTimeKind.Local)),
            TimeSpan ago => DateTimeOffset.UtcNow - ago,
            string text when DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeLocal, out var time) && !text.All(char.IsAsciiDigit) => time,
            string text => DateTimeOffset.UtcNow - Ago(text),
            _ => value,
        };
    }

    private static TimeSpan Ago(string text)
    {
        try
        {
            return DurationAttribute.Parse(text);
        }
        catch (FormatException unreadable)
        {
            throw new FormatException($"'{text}' is neither a time nor how long ago: write 2026-03-01T02:50, 02:50 or 15m.", unreadable);
        }
    }
}
