using System.Collections;
using System.Management.Automation;
using System.Reflection;
using System.Runtime.ExceptionServices;

namespace RollbackTools.Cmdlets.Shared;

/// <summary>
/// Makes identities of what came in, before PowerShell tries: it would answer an object that is none (a Deployment where an application
/// is meant) by taking its bare Name instead, or, with another parameter bound, by going on without one.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class IdentityAttribute(Type type) : ArgumentTransformationAttribute
{
    public Type Type { get; } = type;

    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData)
    {
        var value = inputData is PSObject { BaseObject: IList inner } ? inner : inputData;
        if (value is null) return value!;
        List<object> identities = [.. value is IList list ? list.Cast<object?>().Select(Identity) : [Identity(value)]];
        var made = Array.CreateInstance(Type, identities.Count);
        for (var i = 0; i < identities.Count; i++) made.SetValue(identities[i], i);
        return made;
    }

    private object Identity(object? value)
    {
        if (value is null) throw new FormatException("One of the values is null.");
        try
        {
            return Activator.CreateInstance(Type, value)!;
        }
        catch (TargetInvocationException wrong) when (wrong.InnerException is not null)
        {
            ExceptionDispatchInfo.Throw(wrong.InnerException);
            throw;
        }
    }
}
