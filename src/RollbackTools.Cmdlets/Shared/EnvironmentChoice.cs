using RollbackTools.Operations.Estate;
using RollbackTools.Operations.Git.Commits;
using RollbackTools.Operations.Runs;

namespace RollbackTools.Cmdlets.Shared;

/// <summary>Finds the environment that was asked for.</summary>
internal static class EnvironmentChoice
{
    /// <summary>Null when none was asked for: a file that happens to lie around decides nothing by itself.</summary>
    public static EnvironmentSettings? Resolve(IEstateProvider provider, EstateParameters given)
    {
        if (given.Environment is not { } name) return null;

        var file = provider.FindEnvironmentFile(given.EnvironmentFile, given.Directory)
            ?? throw new RollbackException(
                "EnvironmentFileNotFound", $"There is no rollback.yaml in {given.Directory} or above it, so environment '{name}' means nothing.")
            {
                Target = name,
                NextStep = "Name the file with -EnvironmentFile or $env:ROLLBACKTOOLS_CONFIG, or use -Context and -Namespace instead.",
            };
        if (file.Broken.FirstOrDefault(pair => string.Equals(pair.Key, name, StringComparison.OrdinalIgnoreCase)).Value is { } mistake) throw mistake;
        var found = file.Environments.FirstOrDefault(pair => string.Equals(pair.Key, name, StringComparison.OrdinalIgnoreCase)).Value
            ?? throw new RollbackException("EnvironmentNotFound", $"{file.Path} has no environment '{name}'.")
            {
                Target = name,
                NextStep = $"It has: {string.Join(", ", file.Names)}.",
            };
        return Absolute(found with { Name = found.Name.Length == 0 ? name : found.Name }, Path.GetDirectoryName(file.Path) ?? given.Directory);
    }

    private static EnvironmentSettings Absolute(EnvironmentSettings settings, string directory) => settings with
    {
        Kubeconfig = settings.Kubeconfig is { } path ? Path.GetFullPath(path, directory) : null,
        Git = settings.Git with
        {
            Repository = settings.Git.Repository is { } repository && RepositoryName.IsPath(repository) ? Path.GetFullPath(repository, directory) : settings.Git.Repository,
        },
        ArgoCd = settings.ArgoCd with { CaFile = settings.ArgoCd.CaFile is { } authorities ? Path.GetFullPath(authorities, directory) : null },
        Health = settings.Health with
        {
            SmokeScript = settings.Health.SmokeScript is { } script ? Path.GetFullPath(script, directory) : null,
        },
    };
}
