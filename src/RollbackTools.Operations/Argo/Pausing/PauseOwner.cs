using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using RollbackTools.Operations.Argo.Applications;
using RollbackTools.Operations.Estate;
using RollbackTools.Operations.Estate.ArgoCd;
using RollbackTools.Operations.Estate.Kubernetes;
using RollbackTools.Operations.Releases;
using RollbackTools.Operations.Runs;

namespace RollbackTools.Operations.Argo.Pausing;

/// <summary>
/// Has an ApplicationSet leave one application's sync policy, and this module's notes on it, alone
/// (<c>spec.ignoreApplicationDifferences</c>); otherwise it puts its template's back within moments. Its inverse takes out exactly that entry.
/// </summary>
public sealed record PauseOwner : Step
{
    private const int Attempts = 6;

    private static readonly string[] Pointers =
    [
        "/spec/syncPolicy",
        .. new[] { PausedPolicy.Annotation, VersionMarks.BadAnnotation, VersionMarks.RestingAnnotation, Releases.MarkRelease.Annotation, Releases.MarkRelease.RestingAnnotation }.Select(Pointer),
    ];

    public string Namespace { get; init; } = "";

    public string ApplicationSet { get; init; } = "";

    /// <summary>Which of its applications it is to leave alone.</summary>
    public string Application { get; init; } = "";

    /// <summary>Takes the entry out again.</summary>
    public bool Resume { get; init; }

    [JsonIgnore]
    public override string Description =>
        $"PATCH argoproj.io/v1alpha1 applicationsets/{ApplicationSet} -n {Namespace}: spec.ignoreApplicationDifferences " +
        $"{(Resume ? "without" : "with")} /spec/syncPolicy of {Application}";

    public override Step Invert() => this with { Resume = !Resume };

    public override async Task<StepOutcome> ApplyAsync(StepContext context, Func<Task> intend, CancellationToken cancellation)
    {
        var cluster = context.Estate.Cluster;
        var intended = false;
        for (var attempt = 1; ; attempt++)
        {
            CustomResource live;
            try
            {
                live = await cluster.GetAsync(ArgoKinds.ApplicationSets, Namespace, ApplicationSet, cancellation);
            }
            catch (EstateException gone) when (gone.Kind == EstateErrorKind.NotFound && Resume)
            {
                return StepOutcome.AlreadyTrue("it is gone, and the entry with it");
            }

            var (entries, mine) = Entries(live);
            if (mine is not null != Resume) return new StepOutcome(intended, Resume ? "it owns the policy again" : "it leaves the policy alone");
            if (!intended) await intend();
            intended = true;
            try
            {
                await cluster.PatchAsync(ArgoKinds.ApplicationSets, Namespace, ApplicationSet, Body(live, entries, mine), new WriteOptions { Conditional = true }, cancellation);
                return new StepOutcome(true, Resume ? "it owns the policy again" : "it leaves the policy alone");
            }
            catch (EstateException stale) when (stale.Kind == EstateErrorKind.Conflict && attempt < Attempts)
            {
                // Somebody else's change stays; ours is added to it.
            }
        }
    }

    /// <summary>
    /// Whether it leaves the application alone as it is: it never updates what it made, or somebody told it to ignore the policy and our
    /// notes, of all its applications or of this one.
    /// </summary>
    public static bool IsNeedless(CustomResource set, string application) => LeavesAlone(set, application, Pointers);

    /// <summary>Whether what was rolled away from stays written on the application.</summary>
    public static bool KeepsMarks(CustomResource set, string application)
    {
        var preserved = set.Json.Texts("spec", "preservedFields", "annotations");
        return LeavesAlone(set, application, [.. new[] { VersionMarks.BadAnnotation, VersionMarks.RestingAnnotation }.Where(key => !preserved.Contains(key)).Select(Pointer)]);
    }

    private static bool LeavesAlone(CustomResource set, string application, IReadOnlyList<string> pointers)
    {
        if (set.Json.Text("spec", "syncPolicy", "applicationsSync") is "create-only" or "create-delete") return true;
        var ignored = set.Json.Items("spec", "ignoreApplicationDifferences")
            .Where(entry => entry.Text("name") is not { } name || name == application).SelectMany(entry => entry.Texts("jsonPointers")).ToList();
        return pointers.All(pointer => ignored.Exists(one => one == pointer || pointer.StartsWith(one + "/", StringComparison.Ordinal)));
    }

    private static string Pointer(string annotation) =>
        "/metadata/annotations/" + annotation.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal);

    private (IReadOnlyList<JsonElement> All, JsonElement? Mine) Entries(CustomResource set)
    {
        var wanted = JsonSame.Canonical(ArgoJson.Element(Entry()));
        var all = set.Json.Items("spec", "ignoreApplicationDifferences");
        var at = all.ToList().FindIndex(entry => JsonSame.Canonical(entry) == wanted);
        return (all, at < 0 ? null : all[at]);
    }

    private Patch Body(CustomResource live, IReadOnlyList<JsonElement> entries, JsonElement? mine)
    {
        var kept = entries.Where(entry => mine is null || !JsonSame.AsIn(entry, mine)).Select(entry => (JsonNode)JsonObject.Create(entry)!).ToList();
        if (!Resume) kept.Add(Entry());
        JsonObject body = new()
        {
            ["metadata"] = new JsonObject { ["resourceVersion"] = live.Metadata.ResourceVersion },
            ["spec"] = new JsonObject { ["ignoreApplicationDifferences"] = kept.Count == 0 ? null : new JsonArray([.. kept]) },
        };
        return new Patch(PatchType.Merge, Encoding.UTF8.GetBytes(body.ToJsonString()));
    }

    private JsonObject Entry() => new()
    {
        ["name"] = Application,
        ["jsonPointers"] = new JsonArray([.. Pointers.Select(pointer => (JsonNode)JsonValue.Create(pointer)!)]),
    };
}
