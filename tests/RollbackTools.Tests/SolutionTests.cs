namespace RollbackTools.Tests;

public sealed class SolutionTests
{
    [Fact]
    public void Operations_references_nothing_but_the_runtime()
    {
        var references = typeof(RollbackTools.Operations.Estate.EstateException).Assembly.GetReferencedAssemblies();

        Assert.All(references, name => Assert.True(
            name.Name!.StartsWith("System", StringComparison.Ordinal) || name.Name == "netstandard", name.Name));
        Assert.DoesNotContain(references, name => name.Name == "System.Management.Automation" || name.Name == "System.Net.Http");
    }
}
