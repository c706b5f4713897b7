namespace RollbackTools.Practice.Drills;

/// <summary>What a drill knows of the estate it breaks: what anybody outside could know.</summary>
/// <param name="Name">Its name, such as tomoda.</param>
/// <param name="Kubeconfig">Path of the kubeconfig that reaches it.</param>
/// <param name="Namespace">Where production runs.</param>
/// <param name="Services">The URL of each Service, by name.</param>
public sealed record DrillEstate(string Name, string Kubeconfig, string Namespace, IReadOnlyDictionary<string, Uri> Services);
