using System.Globalization;
using RollbackTools.Practice.ArgoCd;
using RollbackTools.Practice.Estates.GitOps;
using RollbackTools.Practice.Git;
using RollbackTools.Practice.Kubernetes.Controllers;
using RollbackTools.Practice.Registry;
using RollbackTools.Practice.Rollouts;

namespace RollbackTools.Practice.Estates.Bookstore;

/// <summary>
/// The Bookstore Platform: an app-of-apps parent that keeps its child's spec as Git has it, and a child whose trouble comes from
/// configuration, or from a new version that Argo Rollouts brings out as a canary.
/// </summary>
public sealed class BookstoreEstate : GitOpsEstate
{
    public override string Name => "bookstore";

    public override string Namespace => BookstoreRepository.Namespace;

    public override string Application => BookstoreRepository.Child;

    public override string Repository => BookstoreRepository.Name;

    public override string Overlay => BookstoreRepository.Path;

    public override void Furnish(ImageCatalogue images) => BookstoreImages.Push(images);

    protected override IEnumerable<IClusterAddOn> Automation() => [new RolloutsPlatform()];

    protected override Task FillAsync(GitHost host, CancellationToken cancellation) => host.CreateAsync(
        BookstoreRepository.Name,
        BookstoreRepository.Seed(TimeProvider.System.GetUtcNow(), new Uri(host.Http, $"{BookstoreRepository.Name}.git").AbsoluteUri),
        cancellation);

    protected override Task PrepareAsync(EstatePast past, CancellationToken cancellation)
    {
        past.Operator.Apply($"{{ apiVersion: v1, kind: Namespace, metadata: {{ name: {BookstoreRepository.Namespace} }} }}");
        return BookstoreAddon.InstallAsync(past, cancellation);
    }

    /// <summary>A canary takes its time: the next commit of the past comes when it is through.</summary>
    protected override bool Deployed(EstatePast past, string commit)
    {
        var application = past.Store.Find(ArgoResources.Applications, ArgoNamespace, Application)?.Read["status"];
        return application.Text("sync", "revision") == commit && application.Text("sync", "status") == "Synced"
            && past.Store.List(RolloutResources.Rollouts, Namespace).Items.All(rollout => rollout.Read.Text("status", "phase") == "Healthy"
                && rollout.Read.Text("status", "observedGeneration") == rollout.Generation().ToString(CultureInfo.InvariantCulture));
    }

    protected override string Applications(string url, DateTimeOffset now) =>
        $$"""
        apiVersion: argoproj.io/v1alpha1
        kind: AppProject
        metadata: { name: bookstore, namespace: {{ArgoNamespace}} }
        spec:
          sourceRepos: ['*']
          destinations: [{ server: '*', namespace: '*' }]
          clusterResourceWhitelist: [{ group: '*', kind: '*' }]
          syncWindows: [{{QuietHours(now, BookstoreRepository.Child)}}]
        ---
        apiVersion: argoproj.io/v1alpha1
        kind: Application
        metadata: { name: bookstore-apps, namespace: {{ArgoNamespace}} }
        spec:
          project: bookstore
          source: { repoURL: '{{url}}', path: {{BookstoreRepository.Applications}}, targetRevision: main }
          destination: { server: https://kubernetes.default.svc, namespace: {{ArgoNamespace}} }
          syncPolicy: { automated: { prune: true, selfHeal: true } }
        """;
}
