using RollbackTools.Operations.Runs;

namespace RollbackTools.Tests.Operations.Runs;

public sealed class RunRecordTests
{
    private static readonly string[] Leading =
        ["Estate", "Namespace", "Kind", "Name", "From", "To", "Outcome", "StartedAt", "Duration", "RunId"];

    [Theory]
    [InlineData(typeof(RunRecord))]
    [InlineData(typeof(RollbackResult))]
    public void Every_result_starts_with_the_same_columns(Type type)
    {
        Assert.Equal(Leading, type.GetProperties().Select(property => property.Name).Take(Leading.Length));
    }

    [Fact]
    public void One_target_is_told_as_it_is()
    {
        RunRecord run = new() { Targets = [Target("api", RollbackOutcome.RolledBack)] };

        Assert.Equal(("prod", "Deployment", "api", "api:2", "api:1"), (run.Namespace, run.Kind, run.Name, run.From, run.To));
        Assert.Equal("deployment/api", run.Targets.ToString());
    }

    [Fact]
    public void Several_are_summed_up_each_value_once()
    {
        RunRecord run = new() { Targets = [Target("api", RollbackOutcome.RolledBack), Target("web", RollbackOutcome.AlreadyThere)] };

        Assert.Equal(("prod", "Deployment", "api, web", "api:2, web:2"), (run.Namespace, run.Kind, run.Name, run.From));
        Assert.Equal("deployment/api; deployment/web", run.Targets.ToString());
    }

    [Theory]
    [InlineData(RollbackOutcome.RolledBack, RollbackOutcome.RolledBack, RollbackOutcome.AlreadyThere)]
    [InlineData(RollbackOutcome.AlreadyThere, RollbackOutcome.AlreadyThere, RollbackOutcome.AlreadyThere)]
    [InlineData(RollbackOutcome.Failed, RollbackOutcome.RolledBack, RollbackOutcome.Failed)]
    [InlineData(RollbackOutcome.Failed, null, RollbackOutcome.Failed)]
    [InlineData(RollbackOutcome.Unverified, RollbackOutcome.RolledBack, RollbackOutcome.Unverified)]
    [InlineData(null, RollbackOutcome.RolledBack, null)]
    public void The_outcome_is_the_worst_there_is_and_none_before_all_have_ended(RollbackOutcome? whole, RollbackOutcome? one, RollbackOutcome? other) =>
        Assert.Equal(whole, new RunRecord { Targets = [Target("a", one), Target("b", other)] }.Outcome);

    [Fact]
    public void Lists_read_as_text_and_are_lists_still()
    {
        RollbackResult result = new() { Warnings = ["one", "two"] };

        Assert.Equal(("one; two", ""), (result.Warnings.ToString(), result.Evidence.ToString()));
        Assert.Equal(["one", "two"], (result with { Message = "x" }).Warnings);
    }

    private static RunTarget Target(string name, RollbackOutcome? outcome) =>
        new() { Namespace = "prod", Kind = "Deployment", Name = name, From = $"{name}:2", To = $"{name}:1", Outcome = outcome };
}
