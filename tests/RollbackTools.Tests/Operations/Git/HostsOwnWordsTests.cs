using RollbackTools.Integrations.Git;
using RollbackTools.Operations.Estate;
using RollbackTools.Operations.Runs;

namespace RollbackTools.Tests.Operations.Git;

/// <summary>Why a host refuses a push is said in its own words, without secrets and without control of the terminal.</summary>
public sealed class HostsOwnWordsTests : IDisposable
{
    private const string Rule = "error: GH006: Commits must have verified signatures.";

    private readonly GitSession _session = new();

    public HostsOwnWordsTests() => _session.Host.Commit(GitSession.File, GitSession.Pinned);

    public void Dispose() => _session.Dispose();

    [Fact]
    public async Task A_proposal_says_why_the_branch_itself_was_refused()
    {
        _session.Host.Hook("pre-receive", $"while read o n r; do case $r in refs/heads/main) echo '{Rule}' >&2; exit 1;; esac; done");

        var result = await _session.RunAsync(_session.Pin());

        Assert.Equal(RollbackOutcome.Proposed, result.Outcome);
        Assert.Contains(result.Warnings, warning => warning.StartsWith("main was refused: pre-receive hook declined. The host said: ", StringComparison.Ordinal)
            && warning.Contains(Rule, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_push_that_is_refused_altogether_says_what_the_host_said_and_nothing_secret()
    {
        _session.Host.Hook("pre-receive", "i=0; while [ $i -lt 400 ]; do echo \"policy line $i\" >&2; i=$((i+1)); done; "
            + $"printf 'go to https://bot:hunter2secret@git.example.com/x?token=hunter2secret \\033[31mnow\\033[0m\\a\\n' >&2; echo '{Rule}' >&2; exit 1");

        var result = await _session.RunAsync(_session.Pin());

        Assert.Equal("PushRejected", result.ErrorId);
        Assert.Contains("The host said: policy line ", result.Message);
        Assert.Contains(Rule, result.Message);
        Assert.DoesNotContain("hunter2secret", result.Message);
        Assert.DoesNotContain(result.Message, char.IsControl);
        Assert.InRange(result.Message.Length, 100, 8000);
        Assert.DoesNotContain("hunter2secret", System.IO.File.ReadAllText(_session.Runs.Read(result.RunId).Path));
    }

    [Fact]
    public void A_read_that_fails_says_it_as_well()
    {
        var failed = GitFailure.Of("git fetch https://git.example.com/app.git",
            ["remote: This repository is archived.", "remote: Ask team platform.", "fatal: unable to access 'https://git.example.com/app.git/': The requested URL returned error: 403"]);

        Assert.Equal(EstateErrorKind.Forbidden, failed.Kind);
        Assert.EndsWith("returned error: 403 The host said: This repository is archived. Ask team platform.", failed.Message);
    }
}
