using System.Text.Json.Nodes;
using RollbackTools.Practice.ArgoCd.Applications;
using RollbackTools.Practice.ArgoCd.Projects;
using RollbackTools.Practice.Kubernetes.Storage;

namespace RollbackTools.Practice.ArgoCd.Server;

/// <summary>
/// Who asks, and whether he may. Without the project in the request nobody learns whether an application exists: it is 403 either
/// way; with the right project a missing one is 404.
/// </summary>
internal sealed class ArgoGate(ObjectStore store, ArgoCdOptions options, SessionTokens tokens, ArgoAccounts accounts)
{
    private readonly ProjectFinder projects = new(store, options.Namespace);

    public void Identify(ArgoRequest request)
    {
        var claims = tokens.Verify(Token(request) ?? throw new ArgoRefusal(GrpcCode.Unauthenticated, "no session information"));
        var name = (string?)claims["sub"];
        request.Account = accounts.All.FirstOrDefault(one => one.Name == name)
            ?? throw new ArgoRefusal(GrpcCode.Unauthenticated, $"invalid session: account '{name}' does not exist");
        request.IssuedAt = DateTimeOffset.FromUnixTimeSeconds((long?)claims["iat"] ?? 0);
    }

    /// <summary>The application the request is for, if the caller may do this to it.</summary>
    public ApplicationView Find(ArgoRequest request, string action)
    {
        var ns = request.Field("appNamespace") ?? options.Namespace;
        if (!request.Account.May(action)) throw ArgoRefusal.Denied();
        if (store.Find(ArgoResources.Applications, ns, request.Name) is not { } found)
            throw request.Project is null ? ArgoRefusal.Denied() : ArgoRefusal.NotFound(request.Name);
        ApplicationView application = new(found, options.Namespace);
        if (request.Project is { } project && project != application.Project) throw ArgoRefusal.NotFound(request.Name);
        return application;
    }

    /// <summary>What is asked once the application has been shown to the caller anyway.</summary>
    public static void Require(ArgoRequest request, ApplicationView application, string action)
    {
        if (request.Account.May(action)) return;
        throw new ArgoRefusal(GrpcCode.PermissionDenied,
            $"permission denied: applications, {action}, {application.Project}/{application.QualifiedName}, sub: {request.Account.Name}, " +
            $"iat: {ObjectStore.Timestamp(request.IssuedAt)}");
    }

    public JsonObject ProjectOf(ApplicationView application) => Project(application.Project);

    /// <summary>The project of this name; the default one when there is no name.</summary>
    public JsonObject Project(string? name)
    {
        name = name is { Length: > 0 } ? name : ProjectFinder.Default;
        return projects.Find(name) ?? throw new ArgoRefusal(GrpcCode.InvalidArgument, $"application references project {name} which does not exist");
    }

    private static string? Token(ArgoRequest request)
    {
        var header = request.Http.Request.Headers.Authorization.ToString();
        if (header.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase) && SessionTokens.IsToken(header[7..].Trim())) return header[7..].Trim();
        return request.Http.Request.Cookies.TryGetValue("argocd.token", out var cookie) && cookie.Length > 0 ? cookie : null;
    }
}
