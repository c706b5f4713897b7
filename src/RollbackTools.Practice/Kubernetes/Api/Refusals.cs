using RollbackTools.Practice.Kubernetes.Schema;
using RollbackTools.Practice.Kubernetes.Storage;

namespace RollbackTools.Practice.Kubernetes.Api;

/// <summary>The API server's refusals, word for word (apimachinery, <c>pkg/api/errors/errors.go</c>, and the registries).</summary>
internal static class Refusals
{
    public static ApiException NotFound(ResourceType type, string name) =>
        new(Describe(new ApiStatus(404, "NotFound", $"{type} \"{name}\" not found"), type, name));

    public static ApiException NoSuchResource() =>
        new(new ApiStatus(404, "NotFound", "the server could not find the requested resource") { Name = "", Kind = "" });

    public static ApiException MethodNotAllowed() =>
        new(new ApiStatus(405, "MethodNotAllowed", "the server does not allow this method on the requested resource") { Kind = "" });

    public static ApiException Unauthorized() => new(new ApiStatus(401, "Unauthorized", "Unauthorized"));

    public static ApiException BadRequest(string message) => new(new ApiStatus(400, "BadRequest", message));

    public static ApiException Forbidden(ResourceType type, string name, string why) =>
        new(Describe(new ApiStatus(403, "Forbidden", $"{type} \"{name}\" is forbidden: {why}"), type, name));

    public static ApiException AlreadyExists(ResourceType type, string name) =>
        new(Describe(new ApiStatus(409, "AlreadyExists", $"{type} \"{name}\" already exists"), type, name));

    public static ApiException Conflict(ResourceType type, string name, string why) =>
        new(Describe(new ApiStatus(409, "Conflict", $"Operation cannot be fulfilled on {type} \"{name}\": {why}"), type, name));

    public static ApiException Modified(ResourceType type, string name) =>
        Conflict(type, name, "the object has been modified; please apply your changes to the latest version and try again");

    public static ApiException Invalid(ResourceType type, string name, IReadOnlyList<FieldError> errors)
    {
        var kind = type.Group.Length == 0 ? type.Kind : $"{type.Kind}.{type.Group}";
        var list = errors.Count == 1 ? errors[0].ToString() : $"[{string.Join(", ", errors)}]";
        return new ApiException(new ApiStatus(422, "Invalid", $"{kind} \"{name}\" is invalid: {list}")
        {
            Name = name,
            Group = type.Group,
            Kind = type.Kind,
            Causes = [.. errors.Select(error => new StatusCause(error.Reason, error.Detail, error.Field))],
        });
    }

    public static ApiException UnsupportedMediaType(string supported) =>
        new(new ApiStatus(415, "UnsupportedMediaType",
            $"the body of the request was in an unknown format - accepted media types include: {supported}"));

    public static ApiException NotAcceptable() =>
        new(new ApiStatus(406, "NotAcceptable", "only the following media types are accepted: application/json"));

    public static ApiException TooOld(string message) => new(new ApiStatus(410, "Expired", message));

    public static ApiException TooManyRequests(string message, int seconds, params StatusCause[] causes) =>
        new(new ApiStatus(429, "TooManyRequests", message) { RetryAfterSeconds = seconds, Causes = causes });

    public static ApiException TooLargeResourceVersion(long wanted, long current) =>
        new(new ApiStatus(504, "Timeout", $"Too large resource version: {wanted}, current: {current}")
        {
            RetryAfterSeconds = 1,
            Causes = [new StatusCause("ResourceVersionTooLarge", "Too large resource version", "")],
        });

    public static ApiException From(StoreConflictException conflict, ResourceType type, string name) => conflict.Conflict switch
    {
        StoreConflict.AlreadyExists => AlreadyExists(type, name),
        StoreConflict.Stale => Modified(type, name),
        StoreConflict.Precondition => Conflict(type, name, conflict.Message),
        _ => TooOld(conflict.Message),
    };

    private static ApiStatus Describe(ApiStatus status, ResourceType type, string name) =>
        status with { Name = name, Group = type.Group, Kind = type.Plural };
}
