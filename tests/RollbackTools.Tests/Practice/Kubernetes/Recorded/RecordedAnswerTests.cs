using RollbackTools.Practice.Estates;
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
            Comparison.Of(AllowedDifferences.Without(pair.step.Answer ?? throw new InvalidDataException($"Step {at + 1} of {name} has no recorded answer.")),
                    AllowedDifferences.Without(pair.answer))
                .Select(line => $"{at + 1}. {pair.step.Request.Method} {pair.step.Request.Path}?{pair.step.Request.Query}: {line}")).ToList();
        Assert.True(differences.Count == 0, $"{story.About} {differences.Count} differences:\n{string.Join('\n', differences)}");
    }

    /// <summary>A practice cluster whose versions are no numbers that occur otherwise.</summary>
    public sealed class Cluster : IAsyncLifetime
    {
        private PracticeCluster? practice;

        public string Kubeconfig => practice!.Kubeconfig;

        public async ValueTask InitializeAsync()
        {
            practice = await PracticeCluster.StartAsync(new PracticeClusterOptions { Traffic = false }, TestContext.Current.CancellationToken);
            for (var i = 0; practice.Store.Version < 1000; i++)
                practice.Operator.Apply($"{{ kind: ConfigMap, metadata: {{ name: versions, namespace: default }}, data: {{ at: '{i}' }} }}");

            // As in a cluster that has been there for a while: nobody can watch from its beginning.
            practice.Store.Compact();
        }

        public async ValueTask DisposeAsync()
        {
            if (practice is not null) await practice.DisposeAsync();
        }
    }
}
