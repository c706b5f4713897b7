using RollbackTools.Practice.Estates.GitOps;
using RollbackTools.Practice.Git;
using RollbackTools.Practice.ImageUpdater;

namespace RollbackTools.Practice.Estates.Tomoda;

/// <summary>
/// tomoda.life as its runbook has it: a tag of the application repository becomes images, Image Updater commits them to the devops
/// repository, and Argo CD applies that, heals what is changed by hand and prunes what is gone.
/// </summary>
public sealed class TomodaGitOpsEstate : GitOpsEstate
{
    private readonly CloudBuild build;
    private readonly ImageUpdaterPlatform updater;

    public TomodaGitOpsEstate()
    {
        build = new CloudBuild(() => Git.Host.Find(TomodaCode.Name)!);
        updater = new ImageUpdaterPlatform(() => Git.Host, Argo.Options.Reconcile);
    }

    public override string Name => "tomoda-gitops";

    public override string Namespace => "prod";

    public override string Application => "prod-tomoda";

    public override string Repository => TomodaRepository.Name;

    public override string Overlay => TomodaRepository.PathOf("prod");

    protected override IEnumerable<IClusterAddOn> Automation() => [updater, build];

    protected override async Task FillAsync(GitHost host, CancellationToken cancellation)
    {
        var now = TimeProvider.System.GetUtcNow();
        await host.CreateAsync(TomodaRepository.Name, TomodaRepository.Seed(now), cancellation);
        await host.CreateAsync(TomodaCode.Name, TomodaCode.Seed(now), cancellation);
    }

    protected override async Task PrepareAsync(EstatePast past, CancellationToken cancellation)
    {
        past.Operator.Apply(TomodaManifests.Namespaces);
        foreach (var ns in (string[])["prod", "staging"]) past.Operator.Apply(TomodaManifests.Secret(ns));
        await build.BuildAsync(cancellation);
    }

    protected override string Applications(string url, DateTimeOffset now) =>
        $$"""
        {{Project(now)}}
        ---
        {{Deployed("prod", url)}}
        ---
        {{Deployed("staging", url)}}
        ---
        {{Updater}}
        """;

    protected override void Begin()
    {
        build.Start();
        updater.Start();
    }

    private static string Project(DateTimeOffset now) =>
        $$"""
        apiVersion: argoproj.io/v1alpha1
        kind: AppProject
        metadata: { name: tomoda, namespace: {{ArgoNamespace}} }
        spec:
          sourceRepos: ['*']
          destinations: [{ server: '*', namespace: '*' }]
          clusterResourceWhitelist: [{ group: '*', kind: '*' }]
          syncWindows: [{{QuietHours(now, "prod-*")}}]
        """;

    private static string Deployed(string environment, string url) =>
        $$"""
        apiVersion: argoproj.io/v1alpha1
        kind: Application
        metadata: { name: {{environment}}-tomoda, namespace: {{ArgoNamespace}}, labels: { environment: {{environment}} } }
        spec:
          project: tomoda
          source: { repoURL: '{{url}}', path: {{TomodaRepository.PathOf(environment)}}, targetRevision: main }
          destination: { server: https://kubernetes.default.svc, namespace: {{environment}} }
          # How many there are is the autoscaler's business.
          ignoreDifferences: [{ group: apps, kind: Deployment, name: tomoda-api, jsonPointers: [/spec/replicas] }]
          syncPolicy:
            automated: { prune: true, selfHeal: true }
            syncOptions: [RespectIgnoreDifferences=true]
            retry: { limit: 3, backoff: { duration: 5s, factor: 2, maxDuration: 1m } }
        """;

    private static string Updater { get; } =
        $$"""
        apiVersion: argocd-image-updater.argoproj.io/v1alpha1
        kind: ImageUpdater
        metadata: { name: tomoda, namespace: {{ArgoNamespace}} }
        spec:
          commonUpdateSettings: { updateStrategy: semver, ignoreTags: ['*-rc*'] }
          writeBackConfig: { method: git, gitConfig: { writeBackTarget: kustomization } }
          applicationRefs:
            - namePattern: prod-tomoda
              images:
        {{Managed(TomodaRepository.ImagesOf("prod"))}}
            # Staging takes candidates; what is released has been there.
            - namePattern: staging-tomoda
              commonUpdateSettings: { updateStrategy: newest-build, allowTags: 'regexp:^v[0-9.]+-rc[0-9]+$', ignoreTags: [] }
              images:
        {{Managed(TomodaRepository.ImagesOf("staging"))}}
        """;

    private static string Managed(IEnumerable<string> images) =>
        string.Join('\n', images.Select(image => $"        - {{ alias: {image[(image.LastIndexOf('/') + 1)..]}, imageName: {image} }}"));
}
