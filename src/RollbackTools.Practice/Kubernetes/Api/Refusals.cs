using RollbackTools.Practice.Kubernetes.Schema;
using RollbackTools.Practice.Kubernetes.Storage;

namespace RollbackTools.Practice.Kubernetes.Api;

/// <summary>The API server's refusals, word for word (apimachinery, <c>pkg/api/errors/errors.go</c>, and the registries).</summary>
internal static class Refusals
{
    public static ApiException NotFound(ResourceType type, string name) =>
        new(Describe(new ApiStatus(404, "NotFound", $"{type} \"{name}\" not found"), type, name));

    /// <summary>What has no scale because it is not there: the registry names the subresource, too.</summary>
    public static ApiException NoScale(ResourceType type, string name)
    {
        var qualified = type.Group.Length == 0 ? $"{type.Plural}/scale" : $"{type.Plural}/scale.{type.Group}";
        return type.Custom ? NotFound(type, name) : new ApiException(new ApiStatus(404, "NotFound", $"{qualified} \"{name}\" not found")
        {
            Name = name,
            Group = type.Group,
            Kind = $"{type.Plural}/scale",
        });
    }

    public static ApiException NoSuchResource() =>
        new(new ApiStatus(404, "NotFound", "the server could not find the requested resource") { Name = "", Kind = "" });

    /// <summary>Nothing at all is served under the path: Go's mux answers, in plain text.</summary>
    public static ApiException NoSuchPath() => new(new ApiStatus(404, "NotFound", PlainNotFound));

    internal const string PlainNotFound = "404 page not found\n";

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
        var texts = errors.Select(error => error.ToString()).Distinct().ToList();
        var list = texts.Count == 1 ? texts[0] : $"[{string.Join(", ", texts)}]";
        return new ApiException(new ApiStatus(422, "Invalid", $"{kind} \"{name}\" is invalid: {list}")
        {
            Name = name,
            Group = type.Group,
            Kind = type.Kind,
            Causes = [.. errors.Select(error => new StatusCause(error.Reason, error.Detail, error.Field))],
        });
    }

    /// <summary>The registry's own words where an update must name the version it replaces: they name the plural.</summary>
    public static ApiException VersionRequired(ResourceType type, string name)
    {
        const string detail = "Invalid value: 0x0: must be specified for an update";
        return new ApiException(Describe(new ApiStatus(422, "Invalid", $"{type} \"{name}\" is invalid: metadata.resourceVersion: {detail}")
        {
            Causes = [new StatusCause("FieldValueInvalid", detail, "metadata.resourceVersion")],
        }, type, name));
    }

    /// <summary>The storage's refusal of an update that is meant for another object of the name.</summary>
    public static ApiException OtherUid(StoredObject current, string wanted, string actual) => Conflict(current.Type, current.Name,
        $"StorageError: invalid object, Code: 4, Key: /registry/{current.Type.Plural}/{current.Key}, ResourceVersion: 0, AdditionalErrorMsg: " +
        $"Precondition failed: UID in precondition: {wanted}, UID in object meta: {actual}");

    /// <summary>What a patch makes of an object is no such object.</summary>
    /// <param name="patched">What is quoted: the object or the patch.</param>
    public static ApiException InvalidPatch(string patched, string why)
    {
        var detail = $"Invalid value: \"{patched}\": {why}";
        return new ApiException(new ApiStatus(422, "Invalid", $" \"\" is invalid: patch: {detail}")
        {
            Kind = "",
            Causes = [new StatusCause("FieldValueInvalid", detail, "patch")],
        });
    }

    /// <summary>A refusal whose error type the server does not know: it has no reason.</summary>
    public static ApiException Internal(string message) => new(new ApiStatus(500, "", message));

    public static ApiException DeletePrecondition(ResourceType type, string name, string what, string wanted, string actual, string might)
    {
        var kind = type.Group.Length == 0 ? type.Kind : $"{type.Kind}.{type.Group}";
        return new ApiException(new ApiStatus(409, "Conflict",
            $"Operation cannot be fulfilled on {kind} \"{name}\": the {what} in the precondition ({wanted}) does not match the {what} in record " +
            $"({actual}). The object might have been {might}")
        { Name = name, Group = type.Group, Kind = type.Kind });
    }

    public static ApiException UnsupportedMediaType(string supported) =>
        new(new ApiStatus(415, "UnsupportedMediaType",
            $"the body of the request was in an unknown format - accepted media types include: {supported}"));

    /// <summary>The refusal of a patch that is of no form of patch at all.</summary>
    public static ApiException NoPatchType() => new(new ApiStatus(415, "UnsupportedMediaType", "415: Unsupported Media Type") { Kind = "" });

    public static ApiException NotAcceptable() =>
        new(new ApiStatus(406, "NotAcceptable",
        "406: Not Acceptable\n\nAvailable representations: application/json, application/yaml, application/vnd.kubernetes.protobuf") { Kind = "" });

    public static ApiException TooOld(string message) => new(new ApiStatus(410, "Expired", message));

    public static ApiException TooManyRequests(string message, int seconds, params StatusCause[] causes) =>
        new(new ApiStatus(429, "TooManyRequests", message) { RetryAfterSeconds = seconds, Causes = causes });

    /// <summary>A version that is no number; the server does not know the error's type, so it gives no reason.</summary>
    public static ApiException NoVersion(string text) =>
        Internal($"resourceVersion: Invalid value: \"{text}\": strconv.ParseUint: parsing \"{text}\": invalid syntax");

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
