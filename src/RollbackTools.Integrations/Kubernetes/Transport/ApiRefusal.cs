using System.Net;
using System.Text.RegularExpressions;
using RollbackTools.Integrations.Kubernetes.Authentication;
using RollbackTools.Integrations.Kubernetes.Kubeconfig;
using RollbackTools.Operations.Estate;

namespace RollbackTools.Integrations.Kubernetes.Transport;

/// <summary>From a refusal's status and body to an error that names the thing, the cause and the next command.</summary>
internal sealed partial class ApiRefusal(ClusterConnection connection, TimeProvider time)
{
    // What admission, quota and pod security say; they use 403 as RBAC does, but asking for permission does not help.
    private static readonly string[] PolicyWords = 
    [
        "admission webhook", "denied the request", "denied request", "exceeded quota", "violates PodSecurity", "ValidatingAdmissionPolicy",
    ];

    public EstateException Explain(ApiRequest request, HttpStatusCode code, ApiStatus status, Credential credential)
    {
        var kind = KindOf(code, status);
        var said = PlainText.Clean(ValueDump.Shorten(credential.Redact(status.Message ?? status.Text ?? "")));
        var causes = status.Causes.Select(cause => PlainText.Clean(ValueDump.Shorten(credential.Redact(cause))))
            .Where(cause => !said.Contains(cause, StringComparison.Ordinal));
        var details = string.Join("; ", new[] { said }.Concat(causes).Where(text => text.Length > 0));
        return new EstateException(kind, Message(kind, request, (int)code, details, status, credential))
        {
            Request = request.ToString(),
            Status = (int)code,
            Reason = status.Reason,
            Recommendation = Recommendation(kind, request),
        };
    }

    private static EstateErrorKind KindOf(HttpStatusCode code, ApiStatus status) => (int)code switch
    {
        401 => EstateErrorKind.Unauthenticated,
        403 => IsPolicy(status) ? EstateErrorKind.Rejected : EstateErrorKind.Forbidden,
        404 => EstateErrorKind.NotFound,
        409 => status.Reason == "AlreadyExists" ? EstateErrorKind.AlreadyExists : EstateErrorKind.Conflict,
        410 => EstateErrorKind.Expired,
        412 => EstateErrorKind.Conflict,
        429 or 503 => EstateErrorKind.Overloaded,
        >= 400 and < 500 => EstateErrorKind.Rejected,
        _ => EstateErrorKind.Server,
    };

    private static bool IsPolicy(ApiStatus status) =>
        status.Message is { } message && PolicyWords.Any(word => message.Contains(word, StringComparison.OrdinalIgnoreCase));

    private string Message(EstateErrorKind kind, ApiRequest request, int code, string details, ApiStatus status, Credential credential)
    {
        var target = request.Target;
        var what = target.QualifiedName
            + (target.Name is null ? "" : $" \"{target.Name}\"")
            + (target.Namespace is null ? "" : $" in namespace {target.Namespace}");
        var because = details.Length > 0 ? $": {details}" : ".";
        return kind switch
        {
            EstateErrorKind.Unauthenticated => Unauthenticated(credential),
            EstateErrorKind.Forbidden => $"{NamedByServer(status) ?? Who()} may not {request.Verb} {what}{because}",
            EstateErrorKind.NotFound when status.Name is null && target.Name is null => $"{connection.Info.Server} does not serve {target.ApiVersion} {target.Plural}{because}",
            EstateErrorKind.NotFound when status.Name is null || status.Reason is null =>
                $"{connection.Info.Server} does not serve {target.ApiVersion} {target.Plural}, or not {what}{because}",
            EstateErrorKind.NotFound => $"{what} was not found{because}",
            EstateErrorKind.Conflict => $"{what} changed meanwhile{because}",
            EstateErrorKind.AlreadyExists => $"{what} exists already{because}",
            EstateErrorKind.Overloaded => $"{connection.Info.Server} is too busy to answer ({code}){because}",
            EstateErrorKind.Expired => $"The position in {what} is too old for the server{because}",
            EstateErrorKind.Rejected => $"{connection.Info.Server} rejected {request} ({code}){because}",
            _ => $"{connection.Info.Server} failed to answer {request} ({code}){because}",
        };
    }

    private string Unauthenticated(Credential credential)
    {
        var refused = $"{connection.Info.Server} did not accept the credentials of {Who()} (401)";
        if (credential.Certificate is { } certificate && certificate.ExpiresAt < time.GetUtcNow())
            return $"{refused}: the client certificate expired on {certificate.ExpiresAt.UtcDateTime:yyyy-MM-dd HH:mm} UTC.";
        return credential.Authorization is null && credential.Certificate is null
            ? $"{refused}: there are none in {connection.Source}."
            : $"{refused}: they are wrong or have expired.";
    }

    // The kubeconfig's name for a user is anybody's choice; the server knows who asked: a service account, whoever is impersonated.
    private static string? NamedByServer(ApiStatus status) =>
        ServersUser().Match(status.Message ?? "") is { Success: true } named ? $"user '{PlainText.Clean(named.Groups["user"].Value)}'" : null;

    [GeneratedRegex("User \"(?<user>[^\"]+)\" cannot ")]
    private static partial Regex ServersUser();

    private string Who() => connection.Info.User is { } user ? $"user '{user}'" : "the anonymous user";

    private string? Recommendation(EstateErrorKind kind, ApiRequest request)
    {
        var target = request.Target;
        var context = connection.Context is null ? "" : $" --context {connection.Context}";
        var where = (target.Namespace is null ? "" : $" -n {target.Namespace}") + context + connection.Impersonation?.ForKubectl;
        return kind switch
        {
            EstateErrorKind.Unauthenticated => connection.Credentials.SignInHint ?? $"kubectl auth whoami{context}",
            EstateErrorKind.Forbidden => $"kubectl auth can-i {request.Verb} {target.QualifiedName}{where}",
            EstateErrorKind.NotFound => $"kubectl get {target.QualifiedName.Split('/')[0]}{where}",
            _ => null,
        };
    }
}
