using System.Collections;
using RollbackTools.Operations.Estate.Kubernetes;
using RollbackTools.Operations.Images;
using RollbackTools.Operations.Runs;
using RollbackTools.Operations.Workloads.History;
using RollbackTools.Operations.Workloads.Templates;
using RollbackTools.Tests.Cmdlets.Fakes;

namespace RollbackTools.Tests.Cmdlets.Images;

public sealed class InvokeImageRollbackCommandTests : IDisposable
{
    private const string Digest = "sha256:0123456789012345678901234567890123456789012345678901234567890123";

    private readonly Session session = new();

    public InvokeImageRollbackCommandTests() => session.Provider.Furnish = cluster => cluster
        .Deployment("api", "prod", broken: true, "repo/api:40", "repo/api:41", "repo/api:42")
        .Deployment("web", "prod", broken: true, "repo/web:7", "repo/web:8")
        .Deployment("api", "staging", broken: true, "repo/api:50", "repo/api:51");

    public void Dispose() => session.Dispose();

    [Fact]
    public void WhatIf_plans_shows_the_wires_words_and_writes_nothing()
    {
        var output = session.Run("Invoke-ImageRollback api -WhatIf").OrThrow();

        var planned = Assert.Single(output.Of<RollbackResult>());
        Assert.Equal((RollbackOutcome.Planned, "repo/api:42", "repo/api:41"), (planned.Outcome, planned.From, planned.To));
        Assert.Contains("PATCH apps/v1 deployments/api -n prod", Assert.Single(output.WhatIfs), StringComparison.Ordinal);
        Assert.All(Requests(), request => Assert.Matches("^(GET|LIST) ", request));
        Assert.Empty(session.Services.Runs.List());
    }

    [Fact]
    public void A_fleet_from_the_pipeline_is_one_request_with_one_list_per_kind()
    {
        session.Provider.Furnish = cluster =>
        {
            for (var i = 0; i < 50; i++) cluster.Deployment($"app-{i}", "prod", broken: true, "repo/app:1", "repo/app:2");
        };
        session.Runner.Variables["fleet"] = Enumerable.Range(0, 50).Select(i => (object)$"deploy/app-{i}").ToArray();

        var output = session.Run("$fleet | Invoke-ImageRollback -WhatIf").OrThrow();

        Assert.Equal(50, output.Of<RollbackResult>().Count(result => result.Outcome == RollbackOutcome.Planned));
        Assert.InRange(Requests().Count, 1, 4);
    }

    [Fact]
    public void A_piped_revision_means_that_revision()
    {
        session.Runner.Variables["old"] = session.Run("Get-ImageHistory api").Of<ImageRevision>().Single(revision => revision.Revision == 1);

        var planned = Assert.Single(session.Run("$old | Invoke-ImageRollback -WhatIf").OrThrow().Of<RollbackResult>());

        Assert.Equal(("repo/api:40", 1L), (planned.To, planned.ToRevision));
    }

    [Fact]
    public void Revisions_of_several_workloads_go_each_to_its_own()
    {
        session.Runner.Variables["old"] = session.Run("Get-ImageHistory api,web").Of<ImageRevision>().Where(revision => revision.Revision == 1).ToArray();

        var planned = session.Run("$old | Invoke-ImageRollback -WhatIf").OrThrow().Of<RollbackResult>();

        Assert.Equal(["repo/api:40", "repo/web:7"], planned.Select(result => result.To).Order());
    }

    [Fact]
    public void Two_revisions_of_one_workload_are_refused_before_anything_happens()
    {
        var output = session.Run("Get-ImageHistory api | Invoke-ImageRollback");

        Assert.Equal("AmbiguousRevision", output.Failure?.ErrorId);
        Assert.Empty(output.Objects);
        Assert.DoesNotContain(Requests(), request => request.StartsWith("PATCH", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("ToTag", "39", "repo/api:39")]
    [InlineData("ToImage", "other/api:1", "other/api:1")]
    [InlineData("ToDigest", Digest, "repo/api@" + Digest)]
    [InlineData("ToRevision", "1", "repo/api:40")]
    public void A_row_goes_where_its_own_column_says(string column, string value, string image)
    {
        session.Runner.Variables["row"] = new Hashtable { ["Name"] = "api", ["ToTag"] = "", ["ToImage"] = "", ["ToDigest"] = "", ["ToRevision"] = "", [column] = value };

        Assert.Equal(image, Assert.Single(session.Run("$row | Invoke-ImageRollback -WhatIf").OrThrow().Of<RollbackResult>()).To);
    }

    [Fact]
    public void A_row_with_empty_columns_goes_to_known_good_and_the_command_line_wins_over_rows()
    {
        session.Runner.Variables["rows"] = new object[]
        {
            new Hashtable { ["Name"] = "api", ["ToTag"] = "" },
            new Hashtable { ["Name"] = "web", ["ToTag"] = "5" },
        };

        Assert.Equal(["repo/api:41", "repo/web:5"], session.Run("$rows | Invoke-ImageRollback -WhatIf").OrThrow().Of<RollbackResult>().Select(result => result.To).Order());
        Assert.Equal(["repo/api:3", "repo/web:3"], session.Run("$rows | Invoke-ImageRollback -ToTag 3 -WhatIf").OrThrow().Of<RollbackResult>().Select(result => result.To).Order());
    }

    [Theory]
    [InlineData("ToTag", "39", "ToRevision", "1", "AmbiguousVersion")]
    [InlineData("ToTag", "no tag", "ToRevision", "", "InvalidImage")]
    [InlineData("ToImage", "Repo/api:1", "ToRevision", "", "InvalidImage")]
    [InlineData("ToTag", "", "ToRevision", "one", "InvalidValue")]
    [InlineData("ToTag", "", "ToRevision", "0", "InvalidValue")]
    public void A_row_that_cannot_be_followed_is_refused_before_anything_is_asked(string column, string value, string other, string otherValue, string errorId)
    {
        session.Runner.Variables["row"] = new Hashtable { ["Name"] = "api", [column] = value, [other] = otherValue };

        var failure = session.Run("$row | Invoke-ImageRollback").Failure;

        Assert.Equal((errorId, System.Management.Automation.ErrorCategory.InvalidArgument), (failure?.ErrorId, failure?.Category));
        Assert.Empty(session.Provider.Opened);
    }

    [Fact]
    public void The_record_of_an_earlier_rollback_out_of_a_file_asks_for_no_version()
    {
        session.Runner.Variables["row"] = new Hashtable { ["Name"] = "api", ["RunId"] = "20260101-000000-aaaa", ["ToRevision"] = "1", ["Reason"] = "then" };

        Assert.Equal("repo/api:41", Assert.Single(session.Run("$row | Invoke-ImageRollback -WhatIf").OrThrow().Of<RollbackResult>()).To);
    }

    [Fact]
    public void One_workload_under_two_names_that_go_to_two_versions_is_refused()
    {
        session.Runner.Variables["rows"] = new object[]
        {
            new Hashtable { ["Name"] = "api", ["ToTag"] = "39" },
            new Hashtable { ["Name"] = "deploy/api", ["ToTag"] = "38" },
        };

        Assert.Equal("AmbiguousRevision", session.Run("$rows | Invoke-ImageRollback -WhatIf").Failure?.ErrorId);
    }

    [Theory]
    [InlineData("-ToImage Repo/api:1")]
    [InlineData("-ToImage repo/api:1:2")]
    [InlineData("-ToImage repo/api@sha256:12")]
    [InlineData("-ToTag 1:2")]
    [InlineData("-ToDigest sha256:xyz")]
    public void Text_that_cannot_be_an_image_is_refused_before_anything_is_asked(string version)
    {
        var failure = session.Run($"Invoke-ImageRollback api {version}").Failure;

        Assert.Equal(("InvalidImage", System.Management.Automation.ErrorCategory.InvalidArgument), (failure?.ErrorId, failure?.Category));
        Assert.Empty(session.Provider.Opened);
    }

    [Fact]
    public void A_version_on_the_command_line_wins_over_the_piped_one()
    {
        var planned = Assert.Single(session.Run("Get-ImageHistory web | Invoke-ImageRollback -ToTag 5 -WhatIf").OrThrow().Of<RollbackResult>());

        Assert.Equal("repo/web:5", planned.To);
    }

    [Theory]
    [InlineData("-ToRevision 1", "repo/api:40")]
    [InlineData("-ToImage other/api:1", "other/api:1")]
    [InlineData("-ToTag 39", "repo/api:39")]
    [InlineData("-ToDigest sha256:0123456789012345678901234567890123456789012345678901234567890123", "repo/api@sha256:0123456789012345678901234567890123456789012345678901234567890123")]
    public void Each_way_to_name_a_version_arrives(string version, string image)
    {
        var planned = Assert.Single(session.Run($"Invoke-ImageRollback api {version} -WhatIf").OrThrow().Of<RollbackResult>());

        Assert.Equal(image, planned.To);
    }

    [Theory]
    [InlineData("Invoke-ImageRollback api -ToTag 1 -ToRevision 2")]
    [InlineData("Invoke-ImageRollback api -ToImage a:1 -ToDigest sha256:ab")]
    [InlineData("Invoke-ImageRollback api -ToRevision 2 -Container api")]
    public void Only_one_version_can_be_named(string line)
    {
        Assert.Equal("AmbiguousParameterSet", session.Run(line).Failure?.ErrorId);
        Assert.Empty(session.Provider.Opened);
    }

    [Fact]
    public void A_selector_takes_everything_it_selects()
    {
        var output = session.Run("Invoke-ImageRollback -Selector app=web -WhatIf").OrThrow();

        Assert.Equal("web", Assert.Single(output.Of<RollbackResult>()).Name);
    }

    [Theory]
    [InlineData("Invoke-ImageRollback", "NothingNamed")]
    [InlineData("Invoke-ImageRollback api -Selector app=api", "NameAndSelector")]
    [InlineData("Invoke-ImageRollback -Selector app=nothing -WhatIf", "NothingSelected")]
    public void Targets_are_named_or_selected(string line, string errorId)
    {
        Assert.Equal(errorId, session.Run(line).Failure?.ErrorId);
    }

    [Fact]
    public void A_failed_target_is_a_result_and_an_error_and_the_others_are_done_first()
    {
        var output = session.Run("Invoke-ImageRollback nope,api -WhatIf");

        Assert.Null(output.Failure);
        Assert.Equal([("api", RollbackOutcome.Planned), ("nope", RollbackOutcome.Failed)], output.Of<RollbackResult>().Select(result => (result.Name, result.Outcome)).Order());
        var error = Assert.Single(output.Errors);
        Assert.Equal("WorkloadNotFound", error.ErrorId);
        Assert.Equal("nope", Assert.IsType<RollbackResult>(error.Target).Name);
        Assert.Equal(RollbackTools.Cmdlets.Hosting.CommandEventKind.Error, output.Events[^1].Kind);
    }

    [Fact]
    public void ErrorAction_Stop_still_lets_every_target_end()
    {
        var output = session.Run("Invoke-ImageRollback nope,api,web -WhatIf -ErrorAction Stop");

        Assert.Equal("WorkloadNotFound", output.Failure?.ErrorId);
        Assert.Equal(3, output.Of<RollbackResult>().Count);
    }

    [Fact]
    public void Declining_changes_nothing()
    {
        session.Runner.Answer = _ => false;

        var output = session.Run("Invoke-ImageRollback api -Confirm").OrThrow();

        Assert.Equal(RollbackOutcome.Declined, Assert.Single(output.Of<RollbackResult>()).Outcome);
        Assert.Contains("PATCH apps/v1 deployments/api", Assert.Single(output.Prompts), StringComparison.Ordinal);
        Assert.All(Requests(), request => Assert.Matches("^(GET|LIST) ", request));
    }

    [Fact]
    public void An_object_from_another_namespace_than_the_command_line_says_is_refused()
    {
        session.Runner.Variables["row"] = new RollbackResult { Estate = "practice", Namespace = "staging", Kind = "Deployment", Name = "api" };

        Assert.Equal("NamespaceMismatch", session.Run("$row | Invoke-ImageRollback -Namespace prod -WhatIf").Failure?.ErrorId);
        Assert.Equal("repo/api:50", Assert.Single(session.Run("$row | Invoke-ImageRollback -WhatIf").OrThrow().Of<RollbackResult>()).To);
    }

    [Fact]
    public void An_object_from_another_estate_is_refused_unless_this_session_has_that_estate_open()
    {
        session.Runner.Variables["row"] = new RollbackResult { Estate = "prod", Namespace = "prod", Kind = "Deployment", Name = "api" };

        var stranger = session.Run("$row | Invoke-ImageRollback -WhatIf");
        session.Run("Get-ImageHistory api -Context prod").OrThrow();
        var known = session.Run("$row | Invoke-ImageRollback -WhatIf").OrThrow();
        var elsewhere = session.Run("$row | Invoke-ImageRollback -Context practice -WhatIf");

        Assert.Equal("EstateMismatch", stranger.Failure?.ErrorId);
        Assert.Equal("prod", Assert.Single(known.Of<RollbackResult>()).Estate);
        Assert.Equal("EstateMismatch", elsewhere.Failure?.ErrorId);
    }

    private List<string> Requests() => [.. session.Provider.Estates.SelectMany(estate => estate.Cluster.Requests)];
}
