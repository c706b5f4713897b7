using RollbackTools.Integrations.Hosting;
using RollbackTools.Integrations.Kubernetes.Authentication;
using RollbackTools.Integrations.Yaml;
using RollbackTools.Operations.Estate;

namespace RollbackTools.Integrations.Kubernetes.Kubeconfig;

/// <summary>Who requests act as: <c>Impersonate-*</c> headers.</summary>
internal sealed record Impersonation(string User, IReadOnlyList<KeyValuePair<string, IReadOnlyList<string>>> Headers)
{
    /// <summary>A header with several values (groups, extras) must go out once for each of them.</summary>
    public bool HasRepeatedHeaders { get; } = Headers.Any(header => header.Value.Count > 1);

    /// <summary>The options that make kubectl ask as the same one.</summary>
    public string ForKubectl => $" --as {Quoted(User)}"
        + string.Concat(Headers.Where(header => header.Key == "Impersonate-Group").SelectMany(header => header.Value).Select(group => $" --as-group {Quoted(group)}"));

    /// <summary>The options win over the kubeconfig as a whole, as <c>kubectl --as</c> does.</summary>
    public static Impersonation? Of(EstateOptions options, KubeUser? user)
    {
        if (options.ImpersonateUser is { } asked)
            return Create(asked, null, options.ImpersonateGroups, [], text => Configuration.Error($"The user to act as {text}."));
        if (options.ImpersonateGroups.Count > 0) throw Configuration.Error("Groups to act in are given without a user to act as.");
        if (user is null) return null;
        if (user.ImpersonateUser is { } name)
            return Create(name, user.ImpersonateUid, user.ImpersonateGroups, user.ImpersonateExtra, text => user.Fields.Error(text, "as"));
        if (user.ImpersonateUid is not null || user.ImpersonateGroups.Count > 0 || user.ImpersonateExtra.Count > 0)
            throw user.Fields.Error("has as-uid, as-groups or as-user-extra but not 'as'");
        return null;
    }

    private static Impersonation Create(
        string user, string? uid, IReadOnlyList<string> groups, IEnumerable<KeyValuePair<string, IReadOnlyList<string>>> extra,
        Func<string, EstateException> error)
    {
        var headers = new List<KeyValuePair<string, IReadOnlyList<string>>> { new("Impersonate-User", [user]) };
        if (uid is not null) headers.Add(new("Impersonate-Uid", [uid]));
        if (groups.Count > 0) headers.Add(new("Impersonate-Group", groups));
        // Keys may hold characters a header name may not ('/', ':'): the API takes them percent-encoded.
        headers.AddRange(extra.Where(pair => pair.Value.Count > 0).Select(pair =>
            KeyValuePair.Create("Impersonate-Extra-" + Uri.EscapeDataString(pair.Key.ToLowerInvariant()), pair.Value)));
        if (headers.Exists(header => !header.Value.All(TokenText.IsHeaderSafe)))
            throw error("(or a group, uid or extra value beside it) has characters a header cannot carry");
        return new Impersonation(user, headers);
    }

    private static string Quoted(string name) => name.All(c => char.IsAsciiLetterOrDigit(c) || c is ':' or '-' or '.' or '_') ? name : $"'{name.Replace("'", "''", StringComparison.Ordinal)}'";
}
