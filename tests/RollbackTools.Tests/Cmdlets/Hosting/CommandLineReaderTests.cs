using System.Collections;
using RollbackTools.Cmdlets.Hosting;

namespace RollbackTools.Tests.Cmdlets.Hosting;

public sealed class CommandLineReaderTests
{
    [Fact]
    public void A_pipeline_is_read_stage_by_stage()
    {
        var stages = Read("Get-ImageHistory api -Namespace prod | Invoke-ImageRollback -WhatIf");

        Assert.Equal(["Get-ImageHistory", "Invoke-ImageRollback"], stages.Select(stage => stage.Command));
        Assert.Equal([new Argument(null, "api", true), new Argument("Namespace", null, false), new Argument(null, "prod", true)], stages[0].Arguments);
        Assert.Equal([new Argument("WhatIf", null, false)], stages[1].Arguments);
    }

    [Theory]
    [InlineData("X 'it''s'", "it's")]
    [InlineData("X \"a `\"b`\"\"", "a \"b\"")]
    [InlineData("X repo/app:1.2@sha256:ab", "repo/app:1.2@sha256:ab")]
    [InlineData("X app=api", "app=api")]
    [InlineData("X 42", 42)]
    [InlineData("X 0042", "0042")]
    [InlineData("X -5", -5)]
    [InlineData("X $true", true)]
    [InlineData("X $null", null)]
    public void Literals_mean_what_they_mean_in_PowerShell(string line, object? value)
    {
        Assert.Equal(value, Assert.Single(Assert.Single(Read(line)).Arguments).Value);
    }

    [Fact]
    public void Lists_and_tables_are_read()
    {
        var arguments = Read("X a,'b c',3 -Json @{ database = 'ok'; 'a.b' = 1 } @(1,2)")[0].Arguments;

        Assert.Equal(new object[] { "a", "b c", 3 }, arguments[0].Value);
        var table = Assert.IsType<Hashtable>(arguments[2].Value);
        Assert.Equal(("ok", 1), (table["database"], table["a.b"]));
        Assert.Equal(new object[] { 1, 2 }, arguments[3].Value);
    }

    [Fact]
    public void Values_and_variables_can_start_a_pipeline()
    {
        var stages = CommandLineReader.Read("$names | X -Confirm:$false", new Dictionary<string, object?> { ["names"] = new[] { "a", "b" } });

        Assert.Null(stages[0].Command);
        Assert.Equal(["a", "b"], stages[0].Arguments.Select(argument => argument.Value));
        Assert.Equal(new Argument("Confirm", false, true), stages[1].Arguments[0]);
    }

    [Theory]
    [InlineData("")]
    [InlineData("X |")]
    [InlineData("X 'open")]
    [InlineData("X $nothing")]
    [InlineData("X ; Y")]
    [InlineData("X (Get-Date)")]
    public void What_it_does_not_understand_it_refuses(string line)
    {
        Assert.Throws<FormatException>(() => Read(line));
    }

    [Theory]
    [InlineData("Get-ImageHistory api -Namespace prod")]
    [InlineData("Invoke-ImageRollback api,web -ToTag 1.2 -Confirm:$false -Reason 'INC-7, again'")]
    [InlineData("Test-RollbackHealth -Url http://127.0.0.1:80/health -ExpectJson @{ database = 'ok' } -Wait")]
    [InlineData("X 'it''s' -Y ''")]
    public void What_was_read_prints_as_it_was_typed(string line)
    {
        Assert.Equal(line, Assert.Single(Read(line)).ToString());
    }

    [Fact]
    public void An_invocation_put_together_in_code_prints_as_a_line()
    {
        var invocation = Invocation.Of("Invoke-ImageRollback").With("tomoda-api").With("Namespace", "prod").With("Reason", "bad image").Switch("WhatIf");

        Assert.Equal("Invoke-ImageRollback tomoda-api -Namespace prod -Reason 'bad image' -WhatIf", invocation.ToString());
    }

    private static IReadOnlyList<Invocation> Read(string line) => CommandLineReader.Read(line, new Dictionary<string, object?>());
}
