using System.Text;
using System.Text.Json;
using RollbackTools.Operations.Estate.Helm;
using RollbackTools.Operations.Workloads.Templates;
using RollbackTools.Tests.Integrations.Helm;

namespace RollbackTools.Tests.Operations.Estate;

public sealed class HelmRecordTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 25, 3, 0, 0, 250, TimeSpan.Zero);

    [Fact]
    public void An_edit_of_nothing_gives_the_same_bytes()
    {
        foreach (var json in (string[])[HelmRecords.Helm3(), HelmRecords.Helm4()]) Assert.Equal(json, Text(Read(json).With(new HelmRecordEdit())));
    }

    [Fact]
    public void What_is_edited_changes_where_it_stands_and_nothing_else() => Assert.Equal(
        HelmRecords.Helm4().Replace("\"description\":\"Rollback to 1\"", "\"description\":\"Rollback \\\"api\\\" failed: <x> & y\"", StringComparison.Ordinal)
            .Replace("2026-11-20T17:00:01.5Z", "2026-11-25T03:00:00.25Z", StringComparison.Ordinal)
            .Replace("\"status\":\"deployed\"", "\"status\":\"failed\"", StringComparison.Ordinal)
            .Replace(",\"rollback_revision\":1", "", StringComparison.Ordinal)
            .Replace(",\"apply_method\":\"ssa\"", "", StringComparison.Ordinal),
        Text(Read(HelmRecords.Helm4()).With(new HelmRecordEdit
        {
            Status = "failed", Description = "Rollback \"api\" failed: <x> & y", LastDeployed = Now, RollbackRevision = 0, ApplyMethod = "",
        })));

    [Fact]
    public void The_first_deployment_is_taken_over_as_it_was_written() => Assert.Contains(
        "\"first_deployed\":\"2026-11-01T09:12:33.123456789+01:00\"",
        Text(Read(HelmRecords.Helm4()).With(new HelmRecordEdit { FirstDeployedFrom = Read(HelmRecords.Helm3()) })), StringComparison.Ordinal);

    [Fact]
    public void A_hooks_last_run_is_written_and_the_hook_stays_as_it_was()
    {
        var record = Read(HelmRecords.Helm3());
        var ran = record.Hooks[0].With(new HelmHookRun(Now, Now.AddSeconds(5), "Succeeded"));

        Assert.Equal(
            HelmRecords.Helm3().Replace(
                "\"last_run\":{\"started_at\":\"\",\"completed_at\":\"\",\"phase\":\"\"}",
                "\"last_run\":{\"started_at\":\"2026-11-25T03:00:00.25Z\",\"completed_at\":\"2026-11-25T03:00:05.25Z\",\"phase\":\"Succeeded\"}", StringComparison.Ordinal),
            Text(record.With(new HelmRecordEdit { Hooks = [ran] })));
        Assert.Equal(-5, ran.Weight);
        Assert.Equal("Succeeded", ran.LastRun.Phase);
    }

    [Fact]
    public void A_rollbacks_record_has_its_targets_content_and_an_upgrades_has_not()
    {
        var target = Read(HelmRecords.Helm3(revision: 1));
        var rollback = target.AsNew(new HelmRecordEdit { Revision = 4, Status = "deployed", Description = "Rollback to 1", LastDeployed = Now });

        Assert.True(rollback.SameContentAs(target));
        Assert.False(rollback.SameContentAs(Read(HelmRecords.Helm3(revision: 2))));
        Assert.Equal("", rollback.Header.ResourceVersion);
        Assert.True(rollback.ObjectMetadata.IsEmpty);
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("{\"name\":")]
    [InlineData("{} {}")]
    [InlineData("{\"info\":{\"description\":\"\\ud800\"}}")]
    public void What_is_no_record_is_refused(string json) => Assert.ThrowsAny<JsonException>(() => Read(json));

    [Fact]
    public void Nesting_without_end_is_refused() => Assert.ThrowsAny<JsonException>(() => Read("{\"config\":" + new string('[', 1_000_000)));

    private static HelmRecord Read(string json) => new(
        new HelmRecordHeader(new HelmRecordName("prod", "api", 3, HelmDriver.Secret)) { ResourceVersion = "7" }, Encoding.UTF8.GetBytes(json), "{}"u8.ToArray());

    private static string Text(HelmRecord record) => Encoding.UTF8.GetString(record.Json.Span);
}
