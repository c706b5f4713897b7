using RollbackTools.Practice.Estates.GitOps;
using RollbackTools.Practice.Git;
using RollbackTools.Practice.Registry;

namespace RollbackTools.Practice.Estates.Gospelib;

/// <summary>
/// gospelib.com: seven services that are released together, one Application for all of them, and an ApplicationSet that puts back
/// whatever somebody changes in that Application's spec.
/// </summary>
public sealed class GospelibEstate : GitOpsEstate
{
    public override string Name => "gospelib";

    public override string Namespace => GospelibRepository.Namespace;

    public override string Application => "gospelib-production";

    public override string Repository => GospelibRepository.Name;

    public override string Overlay => GospelibRepository.Path;

    public override void Furnish(ImageCatalogue images) => GospelibImages.Push(images);

    protected override Task FillAsync(GitHost host, CancellationToken cancellation) =>
        host.CreateAsync(GospelibRepository.Name, GospelibRepository.Seed(TimeProvider.System.GetUtcNow()), cancellation);

    protected override Task PrepareAsync(EstatePast past, CancellationToken cancellation)
    {
        past.Operator.Apply($"{{ apiVersion: v1, kind: Namespace, metadata: {{ name: {GospelibRepository.Namespace} }} }}");
        return Task.CompletedTask;
    }

    protected override string Applications(string url, DateTimeOffset now) =>
        $$$"""
        apiVersion: argoproj.io/v1alpha1
        kind: AppProject
        metadata: { name: gospelib, namespace: {{{ArgoNamespace}}} }
        spec:
          sourceRepos: ['*']
          destinations: [{ server: '*', namespace: '*' }]
          clusterResourceWhitelist: [{ group: '*', kind: '*' }]
          syncWindows: [{{{QuietHours(now, "gospelib-*")}}}]
        ---
        apiVersion: argoproj.io/v1alpha1
        kind: ApplicationSet
        metadata: { name: gospelib, namespace: {{{ArgoNamespace}}} }
        spec:
          goTemplate: true
          generators: [{ list: { elements: [{ environment: production }] } }]
          template:
            metadata: { name: 'gospelib-{{ .environment }}', labels: { environment: '{{ .environment }}' } }
            spec:
              project: gospelib
              source: { repoURL: '{{{url}}}', path: 'infra/k8s/overlays/{{ .environment }}', targetRevision: main }
              destination: { server: https://kubernetes.default.svc, namespace: 'gospelib-{{ .environment }}' }
              syncPolicy: { automated: { prune: true, selfHeal: true }, retry: { limit: 2 } }
        """;
}
