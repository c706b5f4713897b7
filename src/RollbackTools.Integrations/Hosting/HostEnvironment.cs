namespace RollbackTools.Integrations.Hosting;

/// <summary>What this process takes from the machine it runs on. One object, so that tests can pretend another machine.</summary>
internal sealed record HostEnvironment
{
    public static HostEnvironment Current { get; } = new();

    public Func<string, string?> Variable { get; init; } = Environment.GetEnvironmentVariable;

    /// <summary>Where <c>.kube/config</c> is looked for.</summary>
    public string HomeDirectory { get; init; } = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);

    /// <summary>The user's configuration directory: $XDG_CONFIG_HOME or ~/.config, %APPDATA% on Windows.</summary>
    public string ConfigurationDirectory { get; init; } = Environment.GetFolderPath(Environment.SpecialFolder.ApplicationData);

    /// <summary>Where a pod finds its service account.</summary>
    public string ServiceAccountDirectory { get; init; } = "/var/run/secrets/kubernetes.io/serviceaccount";

    /// <summary>For what can be fetched again: $XDG_CACHE_HOME or ~/.cache, %LOCALAPPDATA% on Windows.</summary>
    public string CacheDirectory => OperatingSystem.IsWindows()
        ? Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData)
        : Value("XDG_CACHE_HOME") is { } chosen && Path.IsPathRooted(chosen) ? chosen : Path.Combine(HomeDirectory, ".cache");

    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>The shell expands '~' on a command line; in a parameter or a file nobody has.</summary>
    public string ExpandHome(string path) =>
        path.StartsWith('~') && (path.Length == 1 || path[1] is '/' or '\\') ? HomeDirectory + path[1..] : path;

    /// <summary>A variable's value, null when unset or blank.</summary>
    public string? Value(string name) => Variable(name) is { } value && !string.IsNullOrWhiteSpace(value) ? value : null;
}
