using RollbackTools.Practice.Estates.Tomoda;

namespace RollbackTools.Practice.Drills.Tomoda;

/// <summary>What the drills break in the tomoda estate.</summary>
internal static class TomodaWorkloads
{
    public const string Backend = "deployment/backend";
    public const string BackendSelector = "app=backend";

    public const string Search = "statefulset/tomoda-search";
    public const string SearchSelector = "app=tomoda-search";

    public const string FleetSelector = "team=core";

    public static IReadOnlyList<(string Workload, string Repository)> Fleet { get; } =
    [
        (Backend, TomodaImages.Backend), ("deployment/tomoda-api", TomodaImages.Api), ("deployment/tomoda-async", TomodaImages.Async),
    ];
}
