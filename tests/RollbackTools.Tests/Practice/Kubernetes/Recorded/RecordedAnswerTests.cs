using RollbackTools.Practice.ArgoCd;
using RollbackTools.Practice.Estates;
using RollbackTools.Practice.Kubernetes.Controllers;
using RollbackTools.Practice.Kubernetes.Pki;
using RollbackTools.Practice.Kubernetes.Storage;
using RollbackTools.Practice.Rollouts;
using RollbackTools.Recorder;

namespace RollbackTools.Tests.Practice.Kubernetes.Recorded;

/// <summary>
/// What a real API server answered to a sequence of requests, Practice answers too, field for field. Stories are recorded with
/// <c>dotnet run --project tests/RollbackTools.Recorder -- KUBECONFIG</c>.
/// </summary>
public sealed class RecordedAnswerTests(RecordedAnswerTests.Cluster cluster) : IClassFixture<RecordedAnswerTests.Cluster>
{
    private static readonly IReadOnlyDictionary<string, Story> Stories = RecordedAnswers.Stories().ToDictionary(story => story.Name);

    public static TheoryData<string> Names => [.. Stories.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Practice_answers_as_the_real_server_did(string name)
    {
        var story = Stories[name];
        using var server = Server.Open(cluster.Kubeconfig);

        var answers = await new Player(server).PlayAsync(story, TestContext.Current.CancellationToken);

        var differences = story.Steps.Zip(answers, (step, answer) => (step, answer)).SelectMany((pair, at) => pair.step.Setup == true ? [] :
            Comparison.Of(
                    AllowedDifferences.Without(pair.step.Request, pair.step.Answer ?? throw new InvalidDataException($"Step {at + 1} of {name} has no recorded answer.")),
                    AllowedDifferences.Without(pair.step.Request, pair.answer))
                .Select(line => $"{at + 1}. {pair.step.Request.Method} {pair.step.Request.Path}?{pair.step.Request.Query}: {line}")).ToList();
        Assert.True(differences.Count == 0, $"{story.About} {differences.Count} differences:\n{string.Join('\n', differences)}");
    }

    /// <summary>A practice cluster that takes its time, as the real one did: some of what a story waits for lasts for seconds only.</summary>
    public sealed class Cluster : IAsyncLifetime
    {
        private PracticeCluster? practice;

        public string Kubeconfig => practice!.Kubeconfig;

        public async ValueTask InitializeAsync()
        {
            practice = await PracticeCluster.StartAsync(new PracticeClusterOptions { Estate = new Argos(), Traffic = false, Tempo = PracticeTempo.Real }, TestContext.Current.CancellationToken);
            // As in a cluster that has been there for a while: nobody can watch from its beginning, and a version is no number that occurs otherwise.
            practice.Store.Skip(7_000_000);
        }

        public async ValueTask DisposeAsync()
        {
            if (practice is not null) await practice.DisposeAsync();
        }
    }

    /// <summary>Argo Rollouts, and the kinds of Argo CD without its controllers, as where the stories were recorded.</summary>
    private sealed class Argos : Estate
    {
        public override string Name => "recorded";

        public override string Namespace => "default";

        public override IReadOnlyList<IClusterAddOn> AddOns() => [new RolloutsPlatform(), new ArgoCdKinds()];
    }

    private sealed class ArgoCdKinds : IClusterAddOn
    {
        public IReadOnlyList<ResourceType> Kinds => ArgoResources.All;

        public IReadOnlyList<Controller> Install(AddOnContext cluster) => [];

        public Task ListenAsync(CertificateAuthority authority, CancellationToken cancellation) => Task.CompletedTask;

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
