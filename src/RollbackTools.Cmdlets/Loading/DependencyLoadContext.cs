using System.Reflection;
using System.Runtime.Loader;
using RollbackTools.Operations.Estate;

namespace RollbackTools.Cmdlets.Loading;

/// <summary>
/// Holds the integrations and every vendor assembly, so that another module's older copy of one of them and ours never meet.
/// What both sides speak in (Operations, the runtime) is shared: it comes from where the cmdlets themselves live.
/// </summary>
internal sealed class DependencyLoadContext(string directory) : AssemblyLoadContext("RollbackTools.Dependencies")
{
    private static readonly Assembly Shared = typeof(IEstateProvider).Assembly;

    protected override Assembly? Load(AssemblyName assemblyName)
    {
        if (assemblyName.Name is not { Length: > 0 } name) return null;
        if (name == Shared.GetName().Name) return Shared;
        var path = Path.Combine(directory, name + ".dll");
        return File.Exists(path) ? LoadFromAssemblyPath(path) : null;
    }
}
