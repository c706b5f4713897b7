using RollbackTools.Practice.Kubernetes.Storage;
using RollbackTools.Practice.Registry;

namespace RollbackTools.Practice.Estates;

/// <summary>A team's production, ready to be started, broken and put right.</summary>
public abstract class Estate
{
    /// <summary>As <c>drill</c> and <c>serve</c> call it.</summary>
    public abstract string Name { get; }

    /// <summary>The namespace of the kubeconfig's contexts.</summary>
    public virtual string Namespace => "default";

    /// <summary>Other namespaces that are environments of their own, such as staging.</summary>
    public virtual IReadOnlyList<string> OtherEnvironments => [];

    /// <summary>What the health endpoint of each Service must answer besides 200: fields, and their text.</summary>
    public virtual IReadOnlyDictionary<string, string> Health => new Dictionary<string, string>();

    public virtual int Nodes => 3;

    /// <summary>How far back its story begins; zero when it has none.</summary>
    public virtual TimeSpan Age => TimeSpan.Zero;

    /// <summary>What runs in its cluster besides Kubernetes: made anew for every estate, asked for once.</summary>
    public virtual IReadOnlyList<IClusterAddOn> AddOns() => [];

    /// <summary>Pushes the images it uses.</summary>
    public virtual void Furnish(ImageCatalogue images)
    {
    }

    /// <summary>Puts objects into the store before any controller runs.</summary>
    public virtual void Seed(ObjectStore store)
    {
    }

    /// <summary>Lives through its past, under the real controllers.</summary>
    public virtual Task LiveAsync(EstatePast past, CancellationToken cancellation) => Task.CompletedTask;
}

/// <summary>Nodes and namespaces, nothing else.</summary>
public sealed class EmptyEstate : Estate
{
    public override string Name => "empty";
}
