using RollbackTools.Integrations.Hosting;
using RollbackTools.Integrations.Yaml;
using RollbackTools.Operations.Estate;
using RollbackTools.Operations.Estate.ArgoCd;
using RollbackTools.Operations.Estate.Git;
using RollbackTools.Operations.Estate.Kubernetes;
using RollbackTools.Operations.Git.Commits;
using RollbackTools.Operations.Runs;

namespace RollbackTools.Integrations.EnvironmentFiles;

/// <summary>Reads <c>rollback.yaml</c> strictly: a field that would be ignored is a check that silently does not happen.</summary>
internal sealed class EnvironmentFileReader(HostEnvironment host)
{
    public EnvironmentFile Read(string path)
    {
        var file = ConfigurationFile.EnvironmentFile(path);
        var environments = new Dictionary<string, EnvironmentSettings>(StringComparer.OrdinalIgnoreCase);
        if (YamlTree.Read(file) is not { } root) return new EnvironmentFile(path, environments);

        var fields = YamlFields.Root(file, root);
        fields.Allow(EnvironmentFields.File);
        if (fields.Map("environments") is not { } named) return new EnvironmentFile(path, environments);
        var broken = new Dictionary<string, EstateException>(StringComparer.OrdinalIgnoreCase);
        foreach (var name in named.Entries.Keys)
        {
            if (string.IsNullOrWhiteSpace(name)) throw named.Error("has an environment without a name");
            if (environments.ContainsKey(name) || broken.ContainsKey(name)) throw named.Error("differs from another environment only in case", name);
            try
            {
                environments.Add(name, Environment(name, named.Map(name)));
            }
            catch (EstateException mistake)
            {
                // A typo in staging must not stand between production and its way back.
                broken.Add(name, mistake);
            }
        }

        return new EnvironmentFile(path, environments) { Broken = broken };
    }

    private EnvironmentSettings Environment(string name, YamlFields? fields)
    {
        if (fields is null) return new EnvironmentSettings { Name = name };
        fields.Allow(EnvironmentFields.Environment);
        var ns = fields.Text("namespace");
        if (ns is not null && !KubernetesName.IsLabel(ns)) throw fields.Error("is not a namespace name", "namespace");
        return new EnvironmentSettings
        {
            Name = name,
            Context = fields.Text("context"),
            Namespace = ns,
            Kubeconfig = fields.Text("kubeconfig") is { } kubeconfig ? ResolveList(fields, kubeconfig) : null,
            Git = fields.Map("git") is { } git ? Git(git) : new GitSettings(),
            ArgoCd = fields.Map("argocd") is { } argo ? ArgoCd(argo) : new ArgoCdSettings(),
            Health = fields.Map("health") is { } health ? Health(health) : new HealthSettings(),
        };
    }

    private GitSettings Git(YamlFields fields)
    {
        fields.Allow(EnvironmentFields.Git);
        return new GitSettings
        {
            Repository = fields.Text("repository") is { } repository ? Repository(fields, repository) : null,
            Branch = Named(fields, "branch", GitNames.Branch),
            Overlay = Named(fields, "overlay", GitNames.Path),
        };
    }

    private string Repository(YamlFields fields, string text)
    {
        try
        {
            // What is no URL and not host:path is a path, of a working copy for example.
            return RepositoryName.WithoutSecret(RepositoryName.IsPath(text) ? Resolve(fields, text) : text);
        }
        catch (RollbackException secret)
        {
            throw fields.Error("holds a password or token, which does not belong in this file", "repository", secret);
        }
    }

    private static string? Named(YamlFields fields, string field, Func<string, string> check)
    {
        try
        {
            return fields.Text(field) is { } text ? check(text) : null;
        }
        catch (FormatException wrong)
        {
            throw fields.Error($"cannot be used: {wrong.Message.TrimEnd('.')}", field, wrong);
        }
    }

    private ArgoCdSettings ArgoCd(YamlFields fields)
    {
        fields.Allow(EnvironmentFields.ArgoCd);
        var (ns, application, tokenEnv) = (fields.Text("namespace"), fields.Text("application"), fields.Text("tokenEnv"));
        if (ns is not null && !KubernetesName.IsLabel(ns)) throw fields.Error("is not a namespace name", "namespace");
        if (application is not null && !KubernetesName.IsSubdomain(application)) throw fields.Error("is not an application's name", "application");
        if (tokenEnv is not null && !tokenEnv.All(c => char.IsAsciiLetterOrDigit(c) || c == '_'))
            throw fields.Error("is not the name of an environment variable (the token itself does not belong in this file)", "tokenEnv");
        return new ArgoCdSettings
        {
            Server = fields.Text("server") is { } server ? Server(fields, server) : null,
            Application = application,
            Namespace = ns,
            Project = fields.Text("project"),
            CaFile = fields.Text("caFile") is { } file ? Resolve(fields, file) : null,
            TokenEnv = tokenEnv,
        };
    }

    private static Uri Server(YamlFields fields, string text)
    {
        try
        {
            return ArgoServer.Parse(text);
        }
        catch (FormatException wrong)
        {
            throw fields.Error($"is not an Argo CD server: {wrong.Message}", "server");
        }
    }

    private HealthSettings Health(YamlFields fields)
    {
        fields.Allow(EnvironmentFields.Health);
        var script = fields.Map("smokeScript");
        script?.Allow(EnvironmentFields.SmokeScript);
        return new HealthSettings
        {
            Endpoints = [.. fields.Maps("endpoints").Select(Endpoint)],
            SmokeScript = script is null ? null : Resolve(script, script.Required("path")),
            SmokeArguments = script?.Texts("arguments") ?? [],
        };
    }

    private static EndpointExpectation Endpoint(YamlFields fields)
    {
        fields.Allow(EnvironmentFields.Endpoint);
        if (!Uri.TryCreate(fields.Required("url"), UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https"))
            throw fields.Error("is not an http or https URL", "url");
        if (url.UserInfo.Length > 0) throw fields.Error("holds a user name or password, which do not belong in this file", "url");
        var status = fields.Integer("status") ?? 200;
        if (status is < 100 or > 599) throw fields.Error("is not an HTTP status (100 to 599)", "status");
        return new EndpointExpectation
        {
            Url = url,
            Status = status,
            Json = Json(fields.Map("json")),
            Workloads = Workloads(fields),
        };
    }

    private static Dictionary<string, string> Json(YamlFields? fields) =>
        fields is null ? [] : fields.Entries.Keys.ToDictionary(key => key, key => fields.Node(key) switch
        {
            null => "null",
            YamlScalar { Plain: true, Text: "True" or "TRUE" or "False" or "FALSE" } flag => flag.Text.ToLowerInvariant(),
            _ => fields.Text(key) ?? "",
        });

    private static IReadOnlyList<string> Workloads(YamlFields fields)
    {
        var names = fields.Texts("workloads");
        return names.All(name => KubernetesName.IsSubdomain(name.Split('/')[^1]))
            ? names
            : throw fields.Error("holds a name no workload can have", "workloads");
    }

    private string ResolveList(YamlFields fields, string paths) => string.Join(Path.PathSeparator,
        paths.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Select(path => Resolve(fields, path)));

    private string Resolve(YamlFields fields, string path) =>
        Path.GetFullPath(host.ExpandHome(path), Path.GetDirectoryName(Path.GetFullPath(fields.File.Path))!);
}
