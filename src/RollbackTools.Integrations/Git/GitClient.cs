using RollbackTools.Integrations.Hosting;
using RollbackTools.Operations.Estate.Git;

namespace RollbackTools.Integrations.Git;

/// <summary>Opens repositories with the git executable of this machine.</summary>
internal sealed class GitClient(HostEnvironment host) : IGit
{
    public async Task<IGitRepository> OpenAsync(string location, CancellationToken cancellation)
    {
        ArgumentException.ThrowIfNullOrEmpty(location);
        var path = host.ExpandHome(location);
        var copy = Directory.Exists(path) && !path.StartsWith('-')
            ? await WorkingCopy.ReadAsync(Path.GetFullPath(path), host, cancellation).ConfigureAwait(false)
            : null;
        var remote = GitLocation.Parse(copy?.RemoteUrl ?? path);
        var settings = ChildSettings.For(remote, copy?.Settings ?? []);
        if (!remote.IsLocal && await UrlRewrites.FindAsync(new GitProgram(host, null, settings), remote.Url, cancellation).ConfigureAwait(false) is { } rewritten)
        {
            remote = rewritten;
            settings = ChildSettings.For(remote, copy?.Settings ?? []);
            settings.Keep(remote.Url);
        }

        GitCache cache = new(remote.Url, host);
        if (remote.IsSsh && !await IsSshConfiguredAsync(settings, cancellation).ConfigureAwait(false)) settings.NeverAskOverSsh();
        return new RemoteRepository(remote.Url, copy?.Directory, cache, new GitProgram(host, cache.Directory, settings));
    }

    private async Task<bool> IsSshConfiguredAsync(ChildSettings settings, CancellationToken cancellation) =>
        host.Value("GIT_SSH_COMMAND") is not null || host.Value("GIT_SSH") is not null
        || (await new GitProgram(host, null, settings).RunAsync(new GitCall("config", "--get", "core.sshCommand") { Answers = [1] }, cancellation)
            .ConfigureAwait(false)).ExitCode == 0;
}
