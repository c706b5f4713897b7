using System.Collections.Frozen;
using System.Globalization;
using System.Text.RegularExpressions;
using RollbackTools.Cmdlets.Argo;
using RollbackTools.Cmdlets.Hosting;
using RollbackTools.Operations.Estate;
using RollbackTools.Operations.Health;
using RollbackTools.Operations.Rollouts;
using RollbackTools.Operations.Runs;

namespace RollbackTools.Cmdlets.Shared;

/// <summary>
/// Completes the commands in a text with the connection of the command that says it. Without that, a pasted command would act on
/// whatever the current context is. Parameters come right behind the command's name, where they fit whatever else the text holds.
/// </summary>
internal sealed partial class NextCommands
{
    // Tokens are secrets and never among them.
    private static readonly string[] Carried =
        ["Environment", "EnvironmentFile", "Context", "Kubeconfig", "As", "AsGroup", "ArgoServer", "ArgoCaFile", "Repository", "Branch", "Overlay"];

    private static readonly FrozenDictionary<string, CommandMetadata> Ours = typeof(NextCommands).Assembly.GetTypes()
        .Select(CommandMetadata.Of).OfType<CommandMetadata>()
        .ToFrozenDictionary(command => command.Name, StringComparer.OrdinalIgnoreCase);

    private readonly List<Parameter> parameters = [];
    private readonly Type? running;
    private readonly string? ns;
    private string before = "";
    private string file = "";
    private string kubectl = "";
    private string helm = "";

    private NextCommands(Type? running, string? ns) => (this.running, this.ns) = (running, ns);

    /// <summary>Texts stay as they are.</summary>
    public static NextCommands None { get; } = new(null, null);

    /// <summary>
    /// As the command line said it. <paramref name="opened"/> is what the environment made of that; kubectl and helm know no
    /// environments.
    /// </summary>
    public static NextCommands Of(RollbackCmdlet cmdlet, string? ns = null, EstateOptions? opened = null)
    {
        NextCommands next = new(cmdlet.GetType(), ns);
        foreach (var name in Carried) next.Add(name, cmdlet.GetType().GetProperty(name)?.GetValue(cmdlet));
        if (next.parameters.Count > 0 || opened is not null) next.AddTools(opened ?? new EstateOptions { Context = next["Context"], Kubeconfig = next["Kubeconfig"] });
        return next;
    }

    /// <summary>As a connection was opened: the one a piped object came from, or the one in a run's journal.</summary>
    public static NextCommands Of(EstateOptions options, Type? running = null, string? ns = null)
    {
        NextCommands next = new(running, ns);
        next.Add("Context", options.Context);
        next.Add("Kubeconfig", options.Kubeconfig?.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries));
        next.Add("As", options.ImpersonateUser);
        next.Add("AsGroup", options.ImpersonateGroups.ToArray());
        next.Add("ArgoServer", options.ArgoCd?.Server?.ToString());
        next.Add("ArgoCaFile", options.ArgoCd?.CaFile);
        next.AddTools(options);
        return next;
    }

    /// <summary>The text with every command in it completed; what a command says by itself stays.</summary>
    public string In(string text)
    {
        var found = Command().Matches(text);
        for (var i = found.Count - 1; i >= 0; i--)
        {
            var end = i + 1 < found.Count ? found[i + 1].Index : text.Length;
            var behind = found[i].Index + found[i].Length;
            text = text.Insert(behind, Missing(found[i].Value, Clause().Match(text[behind..end]).Value));
            if (found[i].Value is "kubectl" or "helm" && !text[..found[i].Index].EndsWith(before, StringComparison.Ordinal)) text = text.Insert(found[i].Index, before);
        }

        return text;
    }

    /// <summary>A report with its commands completed; anything else as it is.</summary>
    public object In(object value) => value switch
    {
        RollbackResult result => result with { NextStep = InOrNull(result.NextStep), Warnings = [.. result.Warnings.Select(In)] },
        HealthCheck check => check with { NextStep = InOrNull(check.NextStep) },
        RolloutReport rollout => rollout with { NextStep = InOrNull(rollout.NextStep) },
        RunRecord run => run with { NextStep = InOrNull(run.NextStep), Targets = [.. run.Targets.Select(In)] },
        RunTarget target => In(target),
        _ => value,
    };

    private RunTarget In(RunTarget target) => target with { NextStep = InOrNull(target.NextStep), Warnings = [.. target.Warnings.Select(In)] };

    public CommandError In(CommandError error) => error with
    {
        RecommendedAction = InOrNull(error.RecommendedAction),
        Target = error.Target is null ? null : In(error.Target),
    };

    private string? this[string name] => parameters.Find(parameter => parameter.Name == name)?.Values is { } values ? string.Join(Path.PathSeparator, values) : null;

    private string? InOrNull(string? text) => text is null ? null : In(text);

    private string Missing(string command, string said)
    {
        // What is asked of the file itself is about no context of it, least of all one that it lacks.
        if (command == "kubectl" && said.Contains(" --kubeconfig", StringComparison.Ordinal)) return "";
        if (command == "kubectl") return said.Contains(" --context", StringComparison.Ordinal) || said.StartsWith(" config ", StringComparison.Ordinal) ? file : kubectl;
        if (command == "helm") return said.Contains(" --kube-context", StringComparison.Ordinal) ? "" : helm;
        if (!Ours.TryGetValue(command, out var known)) return "";
        var own = running is not null && ns is not null && FamilyOf(known.Type) == FamilyOf(running) ? [.. parameters, new Parameter("Namespace", [ns])] : parameters;
        return string.Concat(own.Where(parameter => known.Parameters.Any(its => its.Name == parameter.Name) && !Says(said, parameter.Name))
            .Select(parameter => $" -{parameter.Name} {string.Join(',', parameter.Values.Select(Quoted))}"));
    }

    // Applications lie in another namespace than what they deploy, and a release in both.
    private static Type FamilyOf(Type command) =>
        typeof(Argo.ArgoCmdlet).IsAssignableFrom(command) ? typeof(Argo.ArgoCmdlet)
        : command == typeof(Releases.InvokeReleaseRollbackCommand) ? command
        : typeof(EstateCmdlet);

    private static bool Says(string arguments, string parameter) => Regex.IsMatch(arguments, $@"(?<=\s)-{parameter}\b", RegexOptions.IgnoreCase);

    private void Add(string name, object? value)
    {
        string[] values = value switch
        {
            null => [],
            string[] many => [.. many.Where(one => one.Length > 0)],
            _ => Convert.ToString(value, CultureInfo.InvariantCulture) is { Length: > 0 } one ? [WithoutSecret(one)] : [],
        };
        if (values.Length > 0) parameters.Add(new Parameter(name, values));
    }

    private void AddTools(EstateOptions options)
    {
        var files = options.Kubeconfig?.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries) ?? [];
        file = files is [var one] ? $" --kubeconfig {Quoted(one)}" : "";
        before = files.Length > 1 ? OfSeveral(string.Join(Path.PathSeparator, files)) : "";
        var context = options.Context is { Length: > 0 } name ? Quoted(name) : null;
        kubectl = (context is null ? "" : $" --context {context}") + file + (options.ImpersonateUser is { } user ? $" --as {Quoted(user)}" : "");
        helm = (context is null ? "" : $" --kube-context {context}") + file + (options.ImpersonateUser is { } other ? $" --kube-as-user {Quoted(other)}" : "");
    }

    // Both tools take --kubeconfig for the name of one file. A session's own variable would be the next command's as well.
    private static string OfSeveral(string files) => OperatingSystem.IsWindows() ? $"$env:KUBECONFIG = {Quoted(files)}; " : $"env KUBECONFIG={Quoted(files)} ";

    private static string WithoutSecret(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.UserInfo.Contains(':', StringComparison.Ordinal)
            ? new UriBuilder(uri) { UserName = "", Password = "" }.Uri.ToString()
            : text;

    /// <summary>One PowerShell word; to PowerShell typographic quotes are quotes, too.</summary>
    private static string Quoted(string value) => Plain().IsMatch(value) ? value : $"'{Quote().Replace(value, "$0$0")}'";

    private sealed record Parameter(string Name, IReadOnlyList<string> Values);

    // A command stands where a clause begins; what a sentence mentions is none.
    [GeneratedRegex(@"(?<=^|[:;|] |\n|\bthen |\bKUBECONFIG=(?:'[^']*'|\S+) )(?:[A-Z][a-z]+-[A-Z]\w+"
        + @"|kubectl(?= (?:annotate|apply|auth|cluster-info|config|delete|describe|edit|get|logs|patch|rollout|scale) )"
        + @"|helm(?= (?:get|history|list|rollback|status|uninstall|upgrade)\b))(?![\w-])", RegexOptions.None, 1000)]
    private static partial Regex Command();

    /// <summary>A command's own arguments end with the command.</summary>
    [GeneratedRegex("^[^;|\n]*", RegexOptions.None, 1000)]
    private static partial Regex Clause();

    [GeneratedRegex(@"^[A-Za-z0-9_./\\~][A-Za-z0-9_./\\:@~=+-]*$", RegexOptions.None, 1000)]
    private static partial Regex Plain();

    [GeneratedRegex("['‘’‚‛]", RegexOptions.None, 1000)]
    private static partial Regex Quote();
}
