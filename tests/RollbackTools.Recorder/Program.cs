using RollbackTools.Recorder;

if (args.Length == 0 || args[0].StartsWith('-'))
{
    Console.Error.WriteLine("""
        Plays stories against a real API server and writes its answers into them.
        Usage: dotnet run --project tests/RollbackTools.Recorder -- KUBECONFIG [STORY ...]
        The kubeconfig's current context must be a cluster's administrator. Without a story's name, all are recorded.
        """);
    return 2;
}

var folder = Path.Combine(RecordedAnswers.Project(), "stories");
using var server = Server.Open(args[0]);
Player player = new(server);
foreach (var story in Story.All(folder).Where(story => args.Length == 1 || args[1..].Contains(story.Name)))
{
    var answers = await player.PlayAsync(story, CancellationToken.None);
    (story with { Steps = [.. story.Steps.Zip(answers, (step, answer) => step with { Answer = step.Setup == true ? null : answer })] }).Write(folder);
    Console.WriteLine($"{story.Name}: {answers.Count} answers");
}

return 0;
