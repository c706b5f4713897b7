using System.Text.RegularExpressions;

namespace RollbackTools.Tests.Module;

/// <summary>What docs/peers.md claims, it shows by tests that exist.</summary>
public sealed partial class PeersTests
{
    private static readonly string Page = File.ReadAllText(Path.Combine(Repository.Root, "docs", "peers.md"));

    [Fact]
    public void Every_test_it_names_is_there()
    {
        var named = Named().Matches(Page).Select(match => match.Groups[1].Value).ToHashSet();

        Assert.NotEmpty(named);
        Assert.Empty(named.Except(Tests()).Order());
    }

    [Fact]
    public void Every_row_names_a_test() =>
        Assert.All(Page.Split('\n').Where(line => Row().IsMatch(line)), row => Assert.Matches(Named(), row));

    private static IEnumerable<string> Tests() =>
        from type in typeof(PeersTests).Assembly.GetTypes()
        from method in type.GetMethods()
        where method.IsDefined(typeof(FactAttribute), inherit: true)
        select $"{type.Name}.{method.Name}";

    [GeneratedRegex(@"`(\w+Tests\.\w+)`")]
    private static partial Regex Named();

    [GeneratedRegex(@"^\| \d+ \|")]
    private static partial Regex Row();
}
