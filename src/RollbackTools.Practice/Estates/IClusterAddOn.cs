using RollbackTools.Practice.Kubernetes.Api.Writing;
using RollbackTools.Practice.Kubernetes.Controllers;
using RollbackTools.Practice.Kubernetes.Pki;
using RollbackTools.Practice.Kubernetes.Storage;
using RollbackTools.Practice.Registry;
using RollbackTools.Practice.Traffic;

namespace RollbackTools.Practice.Estates;

/// <summary>
/// What runs in a cluster besides Kubernetes itself, such as Argo CD: kinds of its own, controllers on the cluster's loop, and
/// servers beside the API's. An estate names what it runs; the cluster owns it from then on and disposes it.
/// </summary>
public interface IClusterAddOn : IAsyncDisposable
{
    /// <summary>The custom kinds the API server serves for it.</summary>
    IReadOnlyList<ResourceType> Kinds { get; }

    /// <summary>Makes its controllers. Called once, before anything runs.</summary>
    IReadOnlyList<Controller> Install(AddOnContext cluster);

    /// <summary>Opens its servers, if it has any, with certificates of the cluster's authority.</summary>
    Task ListenAsync(CertificateAuthority authority, CancellationToken cancellation);
}

/// <summary>The cluster as an add-on sees it.</summary>
/// <param name="Controllers">What its controllers share with all others.</param>
/// <param name="Writer">The way into the store by the API's rules.</param>
/// <param name="Admission">Where it may have its say on what is written.</param>
/// <param name="Images">The registries.</param>
/// <param name="Traffic">The requests its pods have served.</param>
public sealed record AddOnContext(
    ControllerContext Controllers, ObjectWriter Writer, AdmissionChain Admission, ImageCatalogue Images, TrafficLedger Traffic);
