using RollbackTools.Practice.Kubernetes.Controllers;

namespace RollbackTools.Practice.ImageUpdater;

/// <summary>How Image Updater runs.</summary>
public sealed record ImageUpdaterOptions
{
    /// <summary>The real one's default, in seconds.</summary>
    private const double DefaultInterval = 120;

    /// <summary>From one round to the next.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(DefaultInterval);

    /// <summary>Argo CD's own namespace.</summary>
    public string ControllerNamespace { get; init; } = "argocd";

    /// <summary>Whether it is the old one, which knows no <c>ImageUpdater</c> and looks at annotations only.</summary>
    public bool AnnotationsOnly { get; init; }

    /// <summary>Who it is to the Git server, over HTTP.</summary>
    public (string Name, string Token)? User { get; init; }

    /// <summary>With two minutes as long as the tempo makes them.</summary>
    public static ImageUpdaterOptions At(PracticeTempo tempo) => new() { Interval = tempo.Scaled(DefaultInterval) };
}
