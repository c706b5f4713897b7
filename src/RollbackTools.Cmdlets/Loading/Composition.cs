using System.Reflection;
using RollbackTools.Cmdlets.Shared;
using RollbackTools.Operations;
using RollbackTools.Operations.Estate;
using RollbackTools.Operations.Runs;

namespace RollbackTools.Cmdlets.Loading;

/// <summary>
/// The one file that knows the integrations by name. They load when the first cmdlet needs them, never at import, and are asked
/// for by exactly one simple name.
/// </summary>
internal static class Composition
{
    private const string Integrations = "RollbackTools.Integrations";
    private const string Provider = "RollbackTools.Integrations.LiveEstateProvider";

    // Assemblies cannot be unloaded, so there is one context for the life of the process, however many runspaces use it.
    private static readonly Lazy<IEstateProvider> Live = new(() => Load(DependenciesDirectory));

    public static CommandServices Services { get; } = new(() => Live.Value, TimeProvider.System, () => new RunStore(RunStore.DefaultDirectory(), TimeProvider.System, Catalogue.Journal));

    private static string DependenciesDirectory =>
        Path.Combine(Path.GetDirectoryName(typeof(Composition).Assembly.Location)!, "dependencies");

    /// <summary>A provider from the integrations in <paramref name="directory"/>, in a context of its own.</summary>
    internal static IEstateProvider Load(string directory)
    {
        if (!File.Exists(Path.Combine(directory, Integrations + ".dll")))
            throw new FileNotFoundException($"The module is incomplete: {Integrations}.dll is missing from {directory}. Install it again.", Integrations);

        var assembly = new DependencyLoadContext(directory).LoadFromAssemblyName(new AssemblyName(Integrations));
        return (IEstateProvider)Activator.CreateInstance(assembly.GetType(Provider, throwOnError: true)!)!;
    }
}
