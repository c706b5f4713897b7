using RollbackTools.Benchmarks;

// The server runs in a process of its own: its work must not count as the client's.
if (args is ["server", var deployments, var pods]) return await FleetServer.ServeAsync(int.Parse(deployments), int.Parse(pods));

var quick = args.Contains("--quick");
var wanted = args.Where(arg => !arg.StartsWith('-')).ToHashSet();
Benchmark[] all =
[
    new SingleRollback(), new FleetRollback(), new RequestCount(), new ReturnDelay(), new ModuleImport(), new NamespaceGrowth(), new GitPin(), new ArgoRollback(), new HelmRollback(), new HelmHistory(),
];
if (wanted.FirstOrDefault(name => all.All(benchmark => benchmark.Name != name)) is { } unknown)
{
    await Console.Error.WriteLineAsync($"There is no benchmark '{unknown}'; there are {string.Join(", ", all.Select(benchmark => benchmark.Name))}.");
    return 2;
}

Console.WriteLine($"# RollbackTools benchmarks, {Machine.Describe()}{(quick ? ", quick run" : "")}");
foreach (var benchmark in all.Where(benchmark => wanted.Count == 0 || wanted.Contains(benchmark.Name)))
{
    Console.WriteLine($"\n## {benchmark.Title}\n");
    await benchmark.RunAsync(new Report(Console.Out), quick);
}

return 0;
