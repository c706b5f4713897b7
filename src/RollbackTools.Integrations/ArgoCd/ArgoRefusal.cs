using System.Net;
using System.Text.Json;
using RollbackTools.Integrations.Kubernetes.Transport;
using RollbackTools.Operations.Estate;
using RollbackTools.Operations.Estate.ArgoCd;
using RollbackTools.Operations.Estate.Kubernetes;

namespace RollbackTools.Integrations.ArgoCd;

/// <summary>
/// From the grpc gateway's <c>{"error","code","message"}</c> to an error that names the thing, the cause and the next command. Several causes
/// share a status, so the words decide where they must.
/// </summary>
internal sealed class ArgoRefusal(ArgoCdOptions options, ArgoTokens tokens)
{
    // Said by the API server, its store, and the JSON Patch library it uses.
    private static readonly string[] ConflictWords = ["another operation is already in progress", "the object has been modified", "test failed", "testing path", "testing value"];

    public EstateException Explain(ArgoRequest request, HttpStatusCode status, ReadOnlyMemory<byte> body, ArgoToken token)
    {
        var (code, said) = Read(body);
        said = PlainText.Clean(said.Replace(token.Reveal(), "***", StringComparison.Ordinal));
        var kind = KindOf(status, code, said);
        return new EstateException(kind, Message(kind, request, (int)status, said))
        {
            Request = request.ToString(),
            Status = (int)status,
            Recommendation = Recommendation(kind),
        };
    }

    private static (long? Code, string Message) Read(ReadOnlyMemory<byte> body)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            return (document.RootElement.Number("code"), document.RootElement.Text("message") ?? document.RootElement.Text("error") ?? "");
        }
        catch (JsonException)
        {
            var text = System.Text.Encoding.UTF8.GetString(body.Span[..Math.Min(body.Length, 300)]).Trim();
            return (null, text.StartsWith('<') ? "" : text);
        }
    }

    private static EstateErrorKind KindOf(HttpStatusCode status, long? code, string said) => (code, (int)status) switch
    {
        _ when ConflictWords.Any(word => said.Contains(word, StringComparison.OrdinalIgnoreCase)) => EstateErrorKind.Conflict,
        // Said with PermissionDenied, though no permission would help.
        _ when said.Contains("blocked by sync window", StringComparison.OrdinalIgnoreCase) => EstateErrorKind.Rejected,
        (16, _) or (_, 401) => EstateErrorKind.Unauthenticated,
        (7, _) or (_, 403) => EstateErrorKind.Forbidden,
        (5, _) or (_, 404) => EstateErrorKind.NotFound,
        (6, _) => EstateErrorKind.AlreadyExists,
        (10, _) or (_, 409) => EstateErrorKind.Conflict,
        (14 or 8, _) or (_, 429 or 503) => EstateErrorKind.Overloaded,
        (_, 408 or 504) => EstateErrorKind.Unreachable,
        (3 or 9, _) or (_, >= 400 and < 500) => EstateErrorKind.Rejected,
        _ => EstateErrorKind.Server,
    };

    private string Message(EstateErrorKind kind, ArgoRequest request, int status, string said)
    {
        var server = options.Server.Authority;
        var because = said.Length > 0 ? $": {said}" : ".";
        return kind switch
        {
            EstateErrorKind.Unauthenticated => $"Argo CD at {server} did not accept the token{because}",
            // Without its project, a missing application is reported as a forbidden one.
            EstateErrorKind.Forbidden when options.Project is null && request.Application is { } name =>
                $"Argo CD at {server} does not let this token {request.Verb} {name}, or there is no such application{because}",
            EstateErrorKind.Forbidden => $"Argo CD at {server} does not let this token {request}{because}",
            EstateErrorKind.NotFound => $"Argo CD at {server} does not know {request.Application?.ToString() ?? request.ToString()}{because}",
            EstateErrorKind.Conflict => $"{request.Application} changed meanwhile{because}",
            EstateErrorKind.Overloaded => $"Argo CD at {server} is too busy to answer ({status}){because}",
            EstateErrorKind.Rejected => $"Argo CD at {server} rejected {request} ({status}){because}",
            _ => $"Argo CD at {server} failed to answer {request} ({status}){because}",
        };
    }

    private string? Recommendation(EstateErrorKind kind) => kind switch
    {
        EstateErrorKind.Unauthenticated => tokens.SignIn,
        EstateErrorKind.Forbidden when options.Project is null => "Say its project (argocd: project: in rollback.yaml) to tell the two apart, or: argocd account can-i get applications '*'",
        EstateErrorKind.Forbidden => "argocd account can-i sync applications '*'",
        _ => null,
    };
}
