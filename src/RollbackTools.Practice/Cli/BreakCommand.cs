using System.CommandLine;
using RollbackTools.Practice.Drills;
using Spectre.Console;

namespace RollbackTools.Practice.Cli;

/// <summary><c>break WORKLOAD IMAGE</c>: ships an image to a running estate as CI would. What the image does is in its tag.</summary>
internal static class BreakCommand
{
    public static Command Create(IAnsiConsole console)
    {
        Argument<string> workload = new("workload") { Description = "kind/name, such as deployment/backend." };
        Argument<string> image = new("image") { Description = "An image; or only a tag, for the image it runs now." };
        Option<string?> kubeconfig = new("--kubeconfig") { Description = "What serve printed; else $KUBECONFIG." };
        Command command = new("break", "Ship an image to a running estate, as CI would.") { workload, image, kubeconfig };
        command.SetAction((parsed, cancellation) => RunAsync(
            console, parsed.GetValue(workload)!, parsed.GetValue(image)!,
            parsed.GetValue(kubeconfig) ?? Environment.GetEnvironmentVariable("KUBECONFIG"), cancellation));
        return command;
    }

    private static async Task<int> RunAsync(IAnsiConsole console, string workload, string image, string? kubeconfig, CancellationToken cancellation)
    {
        if (kubeconfig is null || !File.Exists(kubeconfig))
        {
            await Console.Error.WriteLineAsync($"There is no kubeconfig '{kubeconfig}'. Start an estate with 'serve' and give its kubeconfig with --kubeconfig.");
            return ExitCodes.Usage;
        }

        try
        {
            using var cluster = ClusterClient.Open(kubeconfig);
            CiPipeline ci = new(cluster, cluster.Namespace);
            var before = await ci.ImageOfAsync(workload, cancellation);
            if (!image.Contains(':', StringComparison.Ordinal)) image = $"{CiPipeline.Repository(before.Split(", ")[0])}:{image}";
            await ci.ShipAsync(workload, image, $"break: {image}", cancellation);
            new DrillScreen(console).Line($"{workload}: {before} -> {image}");
            return ExitCodes.Success;
        }
        catch (Exception failure) when (failure is HttpRequestException or FormatException)
        {
            await Console.Error.WriteLineAsync(failure.Message);
            return ExitCodes.Failure;
        }
    }
}
