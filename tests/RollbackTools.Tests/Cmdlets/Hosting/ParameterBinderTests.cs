using System.Collections;
using RollbackTools.Operations.Estate.Kubernetes;
using RollbackTools.Operations.Runs;
using RollbackTools.Tests.Cmdlets.Fakes;

namespace RollbackTools.Tests.Cmdlets.Hosting;

public sealed class ParameterBinderTests : IDisposable
{
    private readonly Session session = new(typeof(BindingProbe));

    public void Dispose() => session.Dispose();

    [Fact]
    public void Positions_names_aliases_and_beginnings_bind()
    {
        Assert.Equal("api@|deployment/web@", Bind("Test-Binding api,deploy/web 3").Names);
        Assert.Equal(3, Bind("Test-Binding api 3").Count);
        Assert.Equal(4, Bind("Test-Binding -Number 4").Count);
        Assert.Equal(2, Bind("Test-Binding -Cou 2").Count);
        Assert.Equal(2, Bind("Test-Binding -count:2").Count);
    }

    [Fact]
    public void Text_becomes_what_the_parameter_is()
    {
        var bound = Bind("Test-Binding -Kind statefulset -Duration 1h30m -Url http://a,http://b -Table @{ a = 1 }");

        Assert.Equal((WorkloadKind.StatefulSet, TimeSpan.FromMinutes(90), 2, 1), (bound.Kind, bound.Duration, bound.Urls, bound.Rows));
    }

    [Theory]
    [InlineData("Test-Binding", false)]
    [InlineData("Test-Binding -Fast", true)]
    [InlineData("Test-Binding -Fast:$true", true)]
    [InlineData("Test-Binding -Fast:$false", false)]
    public void Switches_are_on_when_given(string line, bool on)
    {
        Assert.Equal(on, Bind(line).Fast);
    }

    [Fact]
    public void The_parameters_decide_the_set_and_the_default_breaks_ties()
    {
        Assert.Equal("A", Bind("Test-Binding").Set);
        Assert.Equal("B", Bind("Test-Binding -OnlyB z").Set);
    }

    [Fact]
    public void What_was_given_can_be_told_from_a_default()
    {
        Assert.True(Bind("Test-Binding -Count 5").CountGiven);
        Assert.False(Bind("Test-Binding").CountGiven);
    }

    [Theory]
    [InlineData("Test-Binding -Nope 1", "NamedParameterNotFound")]
    [InlineData("Test-Binding a 1 b", "PositionalParameterNotFound")]
    [InlineData("Test-Binding -Count", "MissingArgument")]
    [InlineData("Test-Binding -Count -Fast", "MissingArgument")]
    [InlineData("Test-Binding -Count x", "CannotConvertArgumentNoMessage")]
    [InlineData("Test-Binding -Duration soon", "ParameterArgumentTransformationError")]
    [InlineData("Test-Binding -Count 11", "ParameterArgumentValidationError")]
    [InlineData("Test-Binding -OnlyA z", "ParameterArgumentValidationError")]
    [InlineData("Test-Binding -OnlyB ''", "ParameterArgumentValidationError")]
    [InlineData("Test-Binding -OnlyA x -OnlyB z", "AmbiguousParameterSet")]
    [InlineData("Test-Binding -Only x", "AmbiguousParameter")]
    [InlineData("Test-Binding -Count 1 -Number 2", "ParameterAlreadyBound")]
    [InlineData("Test-Binding -Kind Job", "CannotConvertArgumentNoMessage")]
    public void A_line_that_cannot_be_bound_does_not_run(string line, string errorId)
    {
        var output = session.Run(line);

        Assert.Equal(errorId, output.Failure?.ErrorId);
        Assert.Empty(output.Objects);
    }

    [Fact]
    public void Pipeline_objects_bind_by_value_and_by_property_and_leave_nothing_behind()
    {
        session.Runner.Variables["input"] = new object[]
        {
            new RollbackResult { Name = "api", Namespace = "prod", Kind = "Deployment", To = "repo/api:41" },
            "web",
            new Hashtable { ["Name"] = "db", ["Expected"] = "repo/db:1" },
        };

        var bound = session.Run("$input | Test-Binding").OrThrow().Of<Bound>();

        Assert.Equal(["deployment/api@prod", "web@", "db@"], bound.Select(one => one.Names));
        Assert.Equal(["repo/api:41", null, "repo/db:1"], bound.Select(one => one.Expected));
    }

    [Fact]
    public void The_command_line_wins_over_the_pipeline()
    {
        session.Runner.Variables["input"] = new RollbackResult { Name = "api", To = "repo/api:41" };

        Assert.Equal("mine", Assert.Single(session.Run("$input | Test-Binding -Expected mine").OrThrow().Of<Bound>()).Expected);
    }

    [Fact]
    public void An_object_that_fits_nothing_is_an_error_and_the_next_one_is_bound()
    {
        session.Runner.Variables["input"] = new object[] { new Version(1, 2), "web" };

        var output = session.Run("$input | Test-Binding");

        Assert.Equal("InputObjectNotBound", Assert.Single(output.Errors).ErrorId);
        Assert.Equal("web@", Assert.Single(output.Of<Bound>()).Names);
    }

    private Bound Bind(string line) => Assert.Single(session.Run(line).OrThrow().Of<Bound>());
}
