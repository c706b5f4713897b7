using RollbackTools.Practice.Git;

namespace RollbackTools.Practice.Estates.Tomoda;

/// <summary>
/// The files under <c>k8s/apps/tomoda</c> in the devops repository. Rendered, an overlay is what the estate runs, but for the
/// namespaces and the database's Secret, which nobody keeps in Git.
/// </summary>
internal static class TomodaOverlays
{
    public const string Root = "k8s/apps/tomoda";

    /// <summary>The images every environment has, under the names they have in overlays.</summary>
    public static IReadOnlyList<string> Images { get; } = [TomodaImages.Backend, TomodaImages.Api, TomodaImages.Async, TomodaImages.Search];

    public static string PathOf(string environment) => $"{Root}/overlays/{environment}/kustomization.yaml";

    public static IEnumerable<FileChange> Files(string tag)
    {
        yield return new FileChange($"{Root}/base/kustomization.yaml", BaseKustomization);
        foreach (var (name, manifest) in Base()) yield return new FileChange($"{Root}/base/{name}.yaml", Bare(manifest));
        yield return new FileChange($"{Root}/overlays/prod/log-agent.yaml", Bare(TomodaManifests.LogAgent("prod", TomodaImages.LogAgent)));
        yield return new FileChange(PathOf("prod"), Prod(tag));
        yield return new FileChange($"{Root}/overlays/staging/public-url.yaml", PublicUrl);
        yield return new FileChange(PathOf("staging"), Staging(tag));
    }

    private static string BaseKustomization { get; } =
        """
        apiVersion: kustomize.config.k8s.io/v1beta1
        kind: Kustomization
        resources:
          - foundation.yaml
          - backend.yaml
          - tomoda-api.yaml
          - tomoda-async.yaml
          - tomoda-search.yaml

        """;

    private static string PublicUrl { get; } =
        """
        apiVersion: v1
        kind: ConfigMap
        metadata:
          name: tomoda-config
        data:
          PUBLIC_URL: https://api.staging.tomoda.life

        """;

    private static string Prod(string tag) =>
        $"""
        apiVersion: kustomize.config.k8s.io/v1beta1
        kind: Kustomization
        namespace: prod

        resources:
          - ../../base
          - log-agent.yaml

        # Written by Image Updater. To roll back by hand, change newTag and say why.
        images:
        {Tags([.. Images, TomodaImages.LogAgent], tag)}

        """;

    private static string Staging(string tag) =>
        $$"""
        apiVersion: kustomize.config.k8s.io/v1beta1
        kind: Kustomization
        namespace: staging

        resources:
          - ../../base

        replicas:
          - { name: backend, count: 1 }
          - { name: tomoda-api, count: 1 }
          - { name: tomoda-async, count: 1 }
          - { name: tomoda-search, count: 1 }

        patches:
          - path: public-url.yaml
          - target: { kind: HorizontalPodAutoscaler, name: tomoda-api }
            patch: |-
              - { op: replace, path: /spec/minReplicas, value: 1 }

        # Written by Image Updater.
        images:
        {{Tags(Images, tag)}}

        """;

    private static string Tags(IEnumerable<string> images, string tag) =>
        string.Join('\n', images.Select(image => $"  - name: {image}\n    newTag: {tag}"));

    private static IEnumerable<(string Name, string Manifest)> Base()
    {
        var documents = TomodaManifests.Foundation("prod").Split("\n---\n")
            .Where(document => !document.Contains("kind: Secret", StringComparison.Ordinal));
        yield return ("foundation", string.Join("\n---\n", documents));
        yield return ("backend", TomodaManifests.Deployment("prod", "backend", TomodaImages.Backend, 3));
        yield return ("tomoda-api", TomodaManifests.Deployment("prod", "tomoda-api", TomodaImages.Api, 3));
        yield return ("tomoda-async", TomodaManifests.Deployment("prod", "tomoda-async", TomodaImages.Async, 2));
        yield return ("tomoda-search", TomodaManifests.Search("prod", TomodaImages.Search, 3));
    }

    /// <summary>Without the namespace, which is the overlay's.</summary>
    private static string Bare(string manifest) => manifest.Replace(", namespace: prod", "", StringComparison.Ordinal) + "\n";
}
