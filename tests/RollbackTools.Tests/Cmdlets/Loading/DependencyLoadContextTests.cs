using System.Runtime.Loader;
using RollbackTools.Cmdlets.Loading;
using RollbackTools.Operations.Estate;

namespace RollbackTools.Tests.Cmdlets.Loading;

public sealed class DependencyLoadContextTests
{
    private static readonly string Dependencies = Path.Combine(AppContext.BaseDirectory, "dependencies");

    [Fact]
    public void The_integrations_load_in_a_context_of_their_own_and_speak_our_types()
    {
        var provider = Composition.Load(Dependencies);

        var context = AssemblyLoadContext.GetLoadContext(provider.GetType().Assembly);
        Assert.Equal("RollbackTools.Dependencies", context?.Name);
        Assert.Equal(Path.Combine(Dependencies, "RollbackTools.Integrations.dll"), provider.GetType().Assembly.Location);
        // A cast would have failed if Operations had been loaded twice.
        Assert.Same(AssemblyLoadContext.GetLoadContext(typeof(IEstateProvider).Assembly), AssemblyLoadContext.Default);
    }

    [Fact]
    public void Vendors_come_from_the_folder_even_when_the_process_has_its_own()
    {
        DependencyLoadContext context = new(Dependencies);

        var ours = context.LoadFromAssemblyName(new System.Reflection.AssemblyName("YamlDotNet"));

        Assert.Same(context, AssemblyLoadContext.GetLoadContext(ours));
        Assert.NotSame(typeof(YamlDotNet.Core.Parser).Assembly, ours);
    }

    [Fact]
    public void What_the_runtime_has_is_the_runtimes()
    {
        DependencyLoadContext context = new(Dependencies);

        Assert.Same(typeof(System.Text.Json.JsonSerializer).Assembly, context.LoadFromAssemblyName(typeof(System.Text.Json.JsonSerializer).Assembly.GetName()));
        Assert.Same(typeof(IEstateProvider).Assembly, context.LoadFromAssemblyName(typeof(IEstateProvider).Assembly.GetName()));
    }

    [Fact]
    public void A_module_with_a_piece_missing_says_which()
    {
        var folder = Directory.CreateTempSubdirectory("rollbacktools-tests-");
        try
        {
            var failure = Assert.Throws<FileNotFoundException>(() => Composition.Load(folder.FullName));
            Assert.Contains("RollbackTools.Integrations.dll is missing", failure.Message, StringComparison.Ordinal);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
