using RollbackTools.Cmdlets.Hosting;
using RollbackTools.Cmdlets.Practice;
using RollbackTools.Operations.Health;
using RollbackTools.Operations.Runs;
using RollbackTools.Operations.Workloads.History;
using RollbackTools.Operations.Workloads.Templates;

namespace RollbackTools.Tests.Cmdlets.Hosting;

public sealed class ViewFormatterTests
{
    private static readonly RollbackResult Result = new()
    {
        Estate = "practice",
        Namespace = "prod",
        Kind = "Deployment",
        Name = "api",
        From = "registry.example/shop/api:42",
        To = "registry.example/shop/api:41",
        Outcome = RollbackOutcome.RolledBack,
        Duration = TimeSpan.FromSeconds(2.34),
        Steps = ["PATCH one", "DELETE two"],
    };

    [Fact]
    public void A_result_is_a_line()
    {
        Assert.Equal(
            """

               Namespace: prod (practice)

            Name                       Outcome        Took What
            ----                       -------        ---- ----
            deployment/api             RolledBack     2.3s api:42 → 41


            """,
            new ViewFormatter().Format([Result]), ignoreLineEndingDifferences: true);
    }

    [Fact]
    public void Revisions_are_grouped_by_workload()
    {
        ImageRevision old = new() { Estate = "practice", Namespace = "prod", Kind = "Deployment", Name = "api", Revision = 1, Images = [new ContainerImage { Container = "api", Image = "repo/api:41" }], IsDefaultTarget = true, Health = RevisionHealth.KnownGood, Age = TimeSpan.FromHours(76), CurrentFor = TimeSpan.FromMinutes(125) };

        var text = new ViewFormatter().Format([old, old with { Name = "web" }]);

        Assert.Contains("   Workload: deployment/api in prod (practice)", text, StringComparison.Ordinal);
        Assert.Contains("   Workload: deployment/web in prod (practice)", text, StringComparison.Ordinal);
        Assert.Matches(@"   1 <- target KnownGood api:41 +3d4h   2h5m", text);
    }

    [Fact]
    public void A_list_shows_every_line_of_a_value_under_its_label()
    {
        var text = new ViewFormatter().FormatList([Result]);

        Assert.Contains("Steps        : PATCH one\n               DELETE two\n", text.ReplaceLineEndings("\n"), StringComparison.Ordinal);
    }

    [Fact]
    public void Long_messages_go_on_below()
    {
        HealthCheck check = new() { Kind = "Deployment", Name = "api", Check = "Pods", Status = HealthStatus.Failed, Message = string.Join(' ', Enumerable.Repeat("word", 40)) };

        Assert.Equal(40, new ViewFormatter(60).Format([check]).Split("word").Length - 1);
    }

    [Theory]
    [InlineData(80)]
    [InlineData(200)]
    public void Every_table_shows_all_its_columns_and_cuts_nothing(int width)
    {
        Assert.NotEmpty(ViewDefinition.Shipped);
        foreach (var view in ViewDefinition.Shipped.Where(view => view.IsTable))
        {
            var columns = new ViewFormatter(width).Fit(view.Fields);

            Assert.True(view.Wraps, $"{view.Types[0]}: a cell that is too long is cut.");
            Assert.Equal(view.Fields.Select(field => field.Label), columns.Select(column => column.Field.Label));
            Assert.All(columns.Where(column => column.Field.Width is null), column =>
                Assert.True(column.Width >= 10, $"{view.Types[0]}: {column.Field.Label} has {column.Width} of {width} columns."));
            Assert.True(columns.Sum(column => column.Width + 1) <= width, view.Types[0]);
        }
    }

    [Theory]
    [InlineData(60)]
    [InlineData(80)]
    [InlineData(100)]
    public void No_line_is_wider_than_the_screen(int width)
    {
        Assert.All(new ViewFormatter(width).Format([Result]).Split('\n'), line => Assert.True(line.Length <= width, line));
    }

    [Fact]
    public void Colours_are_kept_only_on_request()
    {
        Assert.DoesNotContain('\u001b', new ViewFormatter().Format([Result]));
        Assert.Contains("\u001b[32;1mRolledBack\u001b[0m", new ViewFormatter(colour: true).Format([Result]), StringComparison.Ordinal);
    }

    [Fact]
    public void Every_view_names_properties_that_exist()
    {
        object[] one = [Result, new ImageRevision(), new HealthCheck(), new RunRecord { Steps = [new RunEntry { Event = "Done" }] }, new PracticeEstate()];

        foreach (var value in one)
        {
            Assert.NotEqual(value + Environment.NewLine, new ViewFormatter().Format([value]));
            Assert.NotEqual(value + Environment.NewLine, new ViewFormatter().FormatList([value]));
        }
    }

    [Fact]
    public void What_has_no_view_prints_as_itself()
    {
        Assert.Equal("True" + Environment.NewLine, new ViewFormatter().Format([true]));
    }
}
