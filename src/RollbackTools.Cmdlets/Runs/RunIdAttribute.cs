using System.Collections;
using System.Management.Automation;

namespace RollbackTools.Cmdlets.Runs;

/// <summary>
/// Takes a run's id out of whatever has one: a run, a result, a row. (By itself PowerShell would sooner bind the whole object's
/// text than its RunId property.)
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class RunIdAttribute : ArgumentTransformationAttribute
{
    public override object? Transform(EngineIntrinsics engineIntrinsics, object? inputData) => Unwrap(inputData) switch
    {
        string text => text,
        IEnumerable many and not IDictionary => many.Cast<object?>().Select(IdOf).ToArray(),
        var one => IdOf(one),
    };

    private static object? IdOf(object? value) => Unwrap(value) switch
    {
        IDictionary row => row["RunId"],
        PSObject copy => copy.Properties["RunId"]?.Value ?? copy,
        { } thing => thing.GetType().GetProperty("RunId")?.GetValue(thing) ?? thing,
        null => null,
    };

    private static object? Unwrap(object? value) => value is PSObject { BaseObject: not null and not PSCustomObject } wrapped ? wrapped.BaseObject : value;
}
