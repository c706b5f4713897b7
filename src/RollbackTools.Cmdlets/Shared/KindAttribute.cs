using System.Management.Automation;
using RollbackTools.Operations.Workloads.Reading;

namespace RollbackTools.Cmdlets.Shared;

/// <summary>Lets a kind be written as kubectl takes it: deploy, sts, daemonsets.apps. Empty text, from a CSV column say, is no kind.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class KindAttribute : ArgumentTransformationAttribute
{
    public override object? Transform(EngineIntrinsics engineIntrinsics, object? inputData)
    {
        var value = inputData is PSObject { BaseObject: { } wrapped } ? wrapped : inputData;
        return value is string text ? text.Length == 0 ? null : WorkloadReference.ParseKind(text) : value;
    }
}
