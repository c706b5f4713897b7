using System.Management.Automation;
using System.Management.Automation.Runspaces;
using RollbackTools.Cmdlets.Shared;

namespace RollbackTools.Cmdlets.Loading;

/// <summary>What the module does when it comes and goes: nothing at import, and at removal it hangs up.</summary>
public sealed class ModuleInitializer : IModuleAssemblyInitializer, IModuleAssemblyCleanup
{
    public void OnImport()
    {
        // Nothing: files, networks and vendor assemblies wait for the first command that needs them.
    }

    public void OnRemove(PSModuleInfo psModuleInfo)
    {
        if (Runspace.DefaultRunspace is { } runspace) EstateCache.Close(runspace);
    }
}
