using System.Text.Json.Nodes;
using RollbackTools.Practice.Kubernetes.Api.Reading;
using RollbackTools.Practice.Kubernetes.Storage;

namespace RollbackTools.Practice.Kubernetes.Api.Discovery;

/// <summary>What the server serves: /api, /apis and below, aggregated and not, and /version.</summary>
internal sealed class DiscoveryHandler(ApiContext context)
{
    private static readonly string[] AllVerbs = ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"];

    // As apiextensions lists them.
    private static readonly string[] CustomVerbs = ["delete", "deletecollection", "get", "list", "patch", "create", "update", "watch"];

    // Kinds that are only ever posted, by group.
    private static readonly (string Group, string Plural, string Kind)[] Reviews =
    [
        ("authentication.k8s.io", "selfsubjectreviews", "SelfSubjectReview"),
        ("authorization.k8s.io", "selfsubjectaccessreviews", "SelfSubjectAccessReview"),
        ("authorization.k8s.io", "selfsubjectrulesreviews", "SelfSubjectRulesReview"),
    ];

    /// <summary>Answers a discovery path; false when it is none.</summary>
    public async Task<bool> TryHandleAsync(ApiRequest request)
    {
        var parts = request.Info.Path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        var body = parts switch
        {
            ["version"] => Version(),
            ["api"] or ["apis"] when Negotiation.Of(request.Http) == Representation.AggregatedDiscovery => Aggregated(core: parts[0] == "api"),
            ["api"] => CoreVersions(),
            ["apis"] => Groups(),
            ["api", "v1"] => Resources("", "v1"),
            ["apis", var group] => Group(group),
            ["apis", var group, var version] => Resources(group, version),
            _ => null,
        };
        if (body is null) return false;

        var aggregated = parts is ["api"] or ["apis"] && body["kind"]?.ToString() == "APIGroupDiscoveryList";
        await ApiResponse.WriteAsync(request.Http, json => body.WriteTo(json), contentType: aggregated
            ? "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList"
            : ApiResponse.Json);
        return true;
    }

    private static JsonObject Version() => new()
    {
        ["major"] = "1",
        ["minor"] = "32",
        ["gitVersion"] = "v1.32.4",
        ["gitCommit"] = "practice",
        ["gitTreeState"] = "clean",
        ["buildDate"] = "2025-04-22T15:56:15Z",
        ["goVersion"] = "none",
        ["compiler"] = "none",
        ["platform"] = "practice/loopback",
    };

    private static JsonObject CoreVersions() => new()
    {
        ["kind"] = "APIVersions",
        ["versions"] = new JsonArray("v1"),
        ["serverAddressByClientCIDRs"] = new JsonArray(),
    };

    private IEnumerable<(string Group, IReadOnlyList<string> Versions)> GroupVersions() =>
        context.Catalog.Types.Select(type => (type.Group, type.Version))
            .Concat(context.Catalog.Views.Select(view => (view.Group, view.Version)))
            .Concat(Reviews.Select(review => (review.Group, Version: "v1")))
            .Where(one => one.Group.Length > 0)
            .GroupBy(one => one.Group)
            .Select(group => (group.Key, (IReadOnlyList<string>)[.. group.Select(one => one.Version).Distinct().OrderByDescending(ApiPriority.Of)]));

    private JsonObject Groups() => new()
    {
        ["kind"] = "APIGroupList",
        ["apiVersion"] = "v1",
        ["groups"] = new JsonArray([.. GroupVersions().Select(one => GroupOf(one.Group, one.Versions))]),
    };

    private JsonObject? Group(string name)
    {
        var found = GroupVersions().FirstOrDefault(one => one.Group == name);
        if (found.Group is null) throw Refusals.NoSuchPath();
        var group = GroupOf(found.Group, found.Versions);
        group["kind"] = "APIGroup";
        group["apiVersion"] = "v1";
        return group;
    }

    private static JsonObject GroupOf(string name, IReadOnlyList<string> versions)
    {
        JsonObject Named(string version) => new() { ["groupVersion"] = $"{name}/{version}", ["version"] = version };
        return new JsonObject
        {
            ["name"] = name,
            ["versions"] = new JsonArray([.. versions.Select(Named)]),
            ["preferredVersion"] = Named(versions[0]),
        };
    }

    private JsonObject Resources(string group, string version)
    {
        JsonArray resources = [];
        foreach (var (name, one) in Entries(group, version))
        {
            resources.Add(new JsonObject
            {
                ["name"] = name,
                ["singularName"] = one.Singular,
                ["namespaced"] = one.Namespaced,
                ["kind"] = one.Kind,
                ["verbs"] = Strings(one.Verbs),
                ["shortNames"] = one.ShortNames.Count > 0 ? Strings(one.ShortNames) : null,
                ["categories"] = one.Categories.Count > 0 ? Strings(one.Categories) : null,
                ["group"] = one.ScaleGroup,
                ["version"] = one.ScaleVersion,
            });
        }

        if (resources.Count == 0) throw context.Catalog.Types.Any(type => type.Group == group) ? Refusals.NoSuchResource() : Refusals.NoSuchPath();
        foreach (var item in resources.OfType<JsonObject>())
            foreach (var empty in item.Where(pair => pair.Value is null).Select(pair => pair.Key).ToList())
                item.Remove(empty);
        JsonObject list = new() { ["kind"] = "APIResourceList" };
        // The oldest API leaves its list's own version out.
        if (group.Length > 0) list["apiVersion"] = "v1";
        list["groupVersion"] = group.Length == 0 ? version : $"{group}/{version}";
        list["resources"] = resources;
        return list;
    }

    private JsonObject Aggregated(bool core)
    {
        IEnumerable<(string Group, IReadOnlyList<string> Versions)> groups = core ? [("", ["v1"])] : GroupVersions();
        return new JsonObject
        {
            ["kind"] = "APIGroupDiscoveryList",
            ["apiVersion"] = "apidiscovery.k8s.io/v2",
            ["metadata"] = new JsonObject(),
            ["items"] = new JsonArray([.. groups.Select(group => new JsonObject
            {
                ["metadata"] = group.Group.Length == 0 ? [] : new JsonObject { ["name"] = group.Group },
                ["versions"] = new JsonArray([.. group.Versions.Select(version => new JsonObject
                {
                    ["version"] = version,
                    ["resources"] = AggregatedResources(group.Group, version),
                    ["freshness"] = "Current",
                })]),
            })]),
        };
    }

    private JsonArray AggregatedResources(string group, string version)
    {
        JsonArray resources = [];
        foreach (var (name, one) in Entries(group, version))
        {
            var kind = new JsonObject
            {
                ["group"] = one.ScaleGroup ?? group,
                ["version"] = one.ScaleVersion ?? version,
                ["kind"] = one.Kind,
            };
            if (name.IndexOf('/') is > 0 and var slash)
            {
                var parent = resources.OfType<JsonObject>().Last();
                if (parent["subresources"] is not JsonArray subresources) parent["subresources"] = subresources = [];
                subresources.Add(new JsonObject
                {
                    ["subresource"] = name[(slash + 1)..],
                    ["responseKind"] = kind,
                    ["verbs"] = Strings(one.Verbs),
                });
                continue;
            }

            JsonObject resource = new()
            {
                ["resource"] = name,
                ["responseKind"] = kind,
                ["scope"] = one.Namespaced ? "Namespaced" : "Cluster",
                ["singularResource"] = one.Singular,
                ["verbs"] = Strings(one.Verbs),
            };
            if (one.ShortNames.Count > 0) resource["shortNames"] = Strings(one.ShortNames);
            if (one.Categories.Count > 0) resource["categories"] = Strings(one.Categories);
            resources.Add(resource);
        }

        return resources;
    }

    private IEnumerable<(string Name, Served Entry)> Entries(string group, string version)
    {
        foreach (var type in context.Catalog.Types.Where(type => type.Group == group && type.Version == version))
        {
            yield return (type.Plural, Served.From(type, Verbs(type)));
            foreach (var sub in type.Subresources.Order(StringComparer.Ordinal)) yield return ($"{type.Plural}/{sub}", Served.Sub(type, sub));
        }

        foreach (var view in context.Catalog.Views.Where(view => view.Group == group && view.Version == version))
        {
            yield return (view.Stored.Plural, Served.From(view.Stored, view.Back is null ? ["get", "list", "watch"] : AllVerbs));
            if (view.Back is null) continue;
            foreach (var sub in view.Stored.Subresources) yield return ($"{view.Stored.Plural}/{sub}", Served.Sub(view.Stored, sub));
        }

        foreach (var review in Reviews.Where(review => review.Group == group && version == "v1"))
            yield return (review.Plural, new Served(review.Kind, review.Kind.ToLowerInvariant(), false, ["create"], [], []));
    }

    /// <summary>Namespaces go one by one.</summary>
    private static IReadOnlyList<string> Verbs(ResourceType type) =>
        type.Custom ? CustomVerbs : type.Kind == "Namespace" ? [.. AllVerbs.Where(verb => verb != "deletecollection")] : AllVerbs;

    private static JsonArray Strings(IEnumerable<string> texts) => new([.. texts.Select(text => (JsonNode)text)]);

    private sealed record Served(
        string Kind, string Singular, bool Namespaced, IReadOnlyList<string> Verbs, IReadOnlyList<string> ShortNames,
        IReadOnlyList<string> Categories, string? ScaleGroup = null, string? ScaleVersion = null)
    {
        public static Served From(ResourceType type, IReadOnlyList<string> verbs) =>
            new(type.Kind, type.Singular, type.Namespaced, verbs, type.ShortNames, type.Categories);

        public static Served Sub(ResourceType type, string sub) => sub switch
        {
            "scale" => new("Scale", "", type.Namespaced, ["get", "patch", "update"], [], [], "autoscaling", "v1"),
            "log" => new(type.Kind, "", type.Namespaced, ["get"], [], []),
            "eviction" => new("Eviction", "", type.Namespaced, ["create"], [], [], "policy", "v1"),
            _ => new(type.Kind, "", type.Namespaced, ["get", "patch", "update"], [], []),
        };
    }
}
