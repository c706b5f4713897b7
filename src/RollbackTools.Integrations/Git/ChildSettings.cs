using System.Globalization;

namespace RollbackTools.Integrations.Git;

/// <summary>
/// Configuration handed to git in its environment, which only its own user can read: credentials that stood in a URL, and
/// what a working copy configures for itself.
/// </summary>
internal sealed class ChildSettings
{
    // Constant text: the values stay in the environment. Git runs it with the sh it brings along.
    private const string Helper = "!f() { test \"$1\" = get && printf 'username=%s\\npassword=%s\\n' \"$ROLLBACKTOOLS_GIT_USER\" \"$ROLLBACKTOOLS_GIT_PASSWORD\"; }; f";

    private readonly List<(string Key, string Value)> _entries = [];
    private readonly Dictionary<string, string> _variables = [];
    private readonly List<string> _secrets = [];

    public static ChildSettings None { get; } = new();

    public IReadOnlyList<string> Secrets => _secrets;

    public static ChildSettings For(GitLocation location, IEnumerable<(string Key, string Value)> fromWorkingCopy)
    {
        ChildSettings settings = new();
        foreach (var (key, value) in fromWorkingCopy)
        {
            settings._entries.Add((key, value));
            if (key.EndsWith(".extraheader", StringComparison.OrdinalIgnoreCase))
                settings._secrets.AddRange(value.Split(' ', StringSplitOptions.RemoveEmptyEntries).Where(part => part.Length >= 12));
        }

        settings._secrets.AddRange(location.Secrets);
        // Where a host redirects to is not told what is meant for that host.
        var host = Uri.TryCreate(location.Url, UriKind.Absolute, out var url) ? $"credential.{url.GetLeftPart(UriPartial.Authority)}" : "credential";
        if (location.User is { Length: > 0 }) settings._entries.Add(($"{host}.username", location.User));
        // Without a password the user's own helper has it.
        if (location.Password is null) return settings;
        // Ours alone: an empty helper forgets those before it.
        settings._entries.Add(("credential.helper", ""));
        settings._entries.Add(($"{host}.helper", Helper));
        settings._variables["ROLLBACKTOOLS_GIT_USER"] = location.User is { Length: > 0 } user ? user : "git";
        settings._variables["ROLLBACKTOOLS_GIT_PASSWORD"] = location.Password;
        return settings;
    }

    public void AddTo(IDictionary<string, string?> environment)
    {
        foreach (var (name, value) in _variables) environment[name] = value;
        // Entries the caller's own environment carries count first.
        var count = int.TryParse(environment.TryGetValue("GIT_CONFIG_COUNT", out var given) ? given : null, NumberStyles.None, CultureInfo.InvariantCulture, out var n) ? n : 0;
        foreach (var (key, value) in _entries)
        {
            environment[$"GIT_CONFIG_KEY_{count}"] = key;
            environment[$"GIT_CONFIG_VALUE_{count}"] = value;
            count++;
        }

        if (count > 0) environment["GIT_CONFIG_COUNT"] = count.ToString(CultureInfo.InvariantCulture);
    }

    /// <summary>No rule of the user's rewrites this URL: it is what one made of another already.</summary>
    public void Keep(string url) => _entries.Add(($"url.{url}.insteadOf", url));

    /// <summary>ssh must not ask on the terminal, unless its user configured how it is run.</summary>
    public void NeverAskOverSsh() => _variables["GIT_SSH_COMMAND"] = "ssh -oBatchMode=yes";
}
