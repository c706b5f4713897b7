using RollbackTools.Integrations.Hosting;
using RollbackTools.Integrations.Yaml;
using RollbackTools.Operations.Estate;
using RollbackTools.Operations.Estate.ArgoCd;

namespace RollbackTools.Integrations.ArgoCd;

/// <summary>
/// Where the token comes from: the command line, an environment variable, or what <c>argocd login</c> left in its configuration. Asked
/// again after a refusal, since somebody may have signed in meanwhile.
/// </summary>
internal sealed class ArgoTokens(ArgoCdOptions options, HostEnvironment host)
{
    private const string Variable = "ARGOCD_AUTH_TOKEN";

    /// <summary>What to type to get one.</summary>
    public string SignIn => $"argocd login {options.Server.Authority} --sso, or set $env:{options.TokenEnv ?? Variable}";

    /// <summary>Throws <see cref="EstateException"/> (Unauthenticated) when there is none.</summary>
    public ArgoToken Find()
    {
        if (options.Token is { } given) return Checked(given.Reveal(), "-ArgoToken");
        if (host.Value(options.TokenEnv ?? Variable) is { } value) return Checked(value.Trim(), $"$env:{options.TokenEnv ?? Variable}");
        if (options.TokenEnv is null && FromConfiguration() is { } kept) return Checked(kept, "argocd's configuration");
        throw new EstateException(EstateErrorKind.Unauthenticated, $"There is no token for Argo CD at {options.Server.Authority}: none was given, $env:{options.TokenEnv ?? Variable} is not set" +
            (options.TokenEnv is null ? " and argocd is not logged in there." : ".")) { Recommendation = SignIn };
    }

    private static ArgoToken Checked(string token, string source) => token.Length > 0 && token.All(c => c is > ' ' and < (char)127)
        ? new ArgoToken(token)
        : throw new EstateException(EstateErrorKind.Unauthenticated, $"The token in {source} is empty or holds characters that no token has.");

    // The argocd command's own file: contexts name a server and a user, users hold the token.
    private string? FromConfiguration()
    {
        if (ConfigurationPath() is not { } path || !File.Exists(path)) return null;
        ConfigurationFile file = new("argocd configuration", path, SignIn);
        if (YamlTree.Read(file) is not { } root) return null;
        var fields = YamlFields.Root(file, root);
        var context = fields.Maps("contexts").FirstOrDefault(one => one.Text("server") is { } server && IsOurs(server));
        return context?.Text("user") is not { } user ? null : fields.Maps("users").FirstOrDefault(one => one.Text("name") == user)?.Text("auth-token");
    }

    private string? ConfigurationPath()
    {
        if (host.Value("ARGOCD_CONFIG_DIR") is { } chosen) return Path.Combine(chosen, "config");
        var older = Path.Combine(host.HomeDirectory, ".argocd", "config");
        return File.Exists(older) ? older : Path.Combine(host.HomeDirectory, ".config", "argocd", "config");
    }

    private bool IsOurs(string server)
    {
        var wanted = options.Server;
        return server.Equals(wanted.Authority, StringComparison.OrdinalIgnoreCase) || server.Equals($"{wanted.Host}:{wanted.Port}", StringComparison.OrdinalIgnoreCase);
    }
}
