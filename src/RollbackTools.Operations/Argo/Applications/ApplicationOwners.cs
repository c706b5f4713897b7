using RollbackTools.Operations.Estate;
using RollbackTools.Operations.Estate.ArgoCd;

namespace RollbackTools.Operations.Argo.Applications;

/// <summary>Who writes an application's spec: the ApplicationSet that generates it, or the parent application that deploys it.</summary>
/// <param name="Kind">ApplicationSet or Application.</param>
/// <param name="Uid">The ApplicationSet's; a parent is found by name.</param>
internal sealed record ApplicationOwner(string Kind, string Namespace, string Name, string Uid = "")
{
    public bool IsSet => Kind == "ApplicationSet";

    /// <summary><c>applicationset/argocd/shops</c>, as a note keeps it.</summary>
    public string Path => $"{Kind.ToLowerInvariant()}/{Namespace}/{Name}";

    public override string ToString() => $"{Kind.ToLowerInvariant()}/{Name}";

    public static ApplicationOwner? Parse(string path) => path.Split('/') switch
    {
        ["applicationset", var ns, var name] => new ApplicationOwner("ApplicationSet", ns, name),
        ["application", var ns, var name] => new ApplicationOwner("Application", ns, name),
        _ => null,
    };
}

/// <summary>Finds an application's owners from the marks they leave on it.</summary>
internal sealed class ApplicationOwners(IArgoCd argo)
{
    private const string TrackingId = "argocd.argoproj.io/tracking-id";
    private const string InstanceLabel = "app.kubernetes.io/instance";

    /// <summary>The ApplicationSet is read off the object; a parent is looked up, and believed only if it really manages this application.</summary>
    public async Task<IReadOnlyList<ApplicationOwner>> FindAsync(ArgoApplication application, CancellationToken cancellation)
    {
        List<ApplicationOwner> owners = [];
        if (SetOf(application) is { } set) owners.Add(set);
        if (await ParentOfAsync(application, cancellation) is { } parent) owners.Add(new ApplicationOwner("Application", parent.Metadata.Namespace, parent.Metadata.Name));
        return owners;
    }

    public static ApplicationOwner? SetOf(ArgoApplication application) => application.Metadata.OwnerReferences
        .Where(owner => owner.Kind == "ApplicationSet" && owner.ApiVersion.StartsWith("argoproj.io/", StringComparison.Ordinal))
        .Select(owner => new ApplicationOwner("ApplicationSet", application.Metadata.Namespace, owner.Name, owner.Uid)).FirstOrDefault();

    /// <summary>The application that deploys this one, or null.</summary>
    public async Task<ArgoApplication?> ParentOfAsync(ArgoApplication application, CancellationToken cancellation)
    {
        foreach (var name in ClaimedParents(application).Distinct())
        {
            if (name == application.Name) continue;
            try
            {
                var parent = await argo.GetAsync(name, ArgoRefresh.None, cancellation);
                if (parent.Resources.Any(item => item is { Kind: "Application", Group: "argoproj.io" } && item.Name == application.Metadata.Name
                    && item.Namespace == application.Metadata.Namespace)) return parent;
            }
            catch (EstateException refusal) when (refusal.Kind is EstateErrorKind.NotFound or EstateErrorKind.Forbidden)
            {
                // A mark that was copied from elsewhere.
            }
        }

        return null;
    }

    // `root:argoproj.io/Application:argocd/child`; a parent outside Argo CD's namespace is written `namespace_root`.
    private static IEnumerable<ApplicationName> ClaimedParents(ArgoApplication application)
    {
        var ns = application.Metadata.Namespace;
        if (application.Annotation(TrackingId)?.Split(':') is [var tracked, "argoproj.io/Application", ..] && Named(tracked, ns) is { } byAnnotation) yield return byAnnotation;
        if (application.Metadata.Labels.TryGetValue(InstanceLabel, out var label) && Named(label, ns) is { } byLabel) yield return byLabel;
    }

    /// <summary>The application an instance mark names; null for text that can be no name.</summary>
    internal static ApplicationName? Named(string instance, string ns)
    {
        try
        {
            return instance.Split('_', 2) is [var other, var name] ? ApplicationName.Parse(name, other) : ApplicationName.Parse(instance, ns);
        }
        catch (FormatException)
        {
            return null;
        }
    }
}
