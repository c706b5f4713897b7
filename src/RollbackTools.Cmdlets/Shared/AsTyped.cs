using System.Management.Automation;
using System.Numerics;

namespace RollbackTools.Cmdlets.Shared;

internal static class AsTyped
{
    /// <summary>
    /// The value itself, out of its wrapper; of a number that was typed with a suffix, the text as typed. PowerShell reads 90s as
    /// an Int16 and 2d as a Decimal, and only the wrapper remembers the letter.
    /// </summary>
    public static object? Value(object? input)
    {
        if (input is not PSObject { BaseObject: { } value } wrapper) return input;
        var number = value is byte or sbyte or short or ushort or int or uint or long or ulong or float or double or decimal or BigInteger;
        return number && wrapper.ToString() is { Length: > 0 } text ? text : value;
    }
}
