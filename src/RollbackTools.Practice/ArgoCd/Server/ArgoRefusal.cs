using System.Text.Json.Nodes;

namespace RollbackTools.Practice.ArgoCd.Server;

/// <summary>gRPC's status codes, as the gateway writes them into error bodies.</summary>
internal enum GrpcCode
{
    Unknown = 2,
    InvalidArgument = 3,
    DeadlineExceeded = 4,
    NotFound = 5,
    PermissionDenied = 7,
    ResourceExhausted = 8,
    FailedPrecondition = 9,
    Aborted = 10,
    Internal = 13,
    Unavailable = 14,
    Unauthenticated = 16,
}

/// <summary>Ends a request with <c>{"error","code","message"}</c>.</summary>
internal sealed class ArgoRefusal(GrpcCode code, string message) : Exception(message)
{
    public GrpcCode Code => code;

    public int HttpStatus => code switch
    {
        GrpcCode.InvalidArgument or GrpcCode.FailedPrecondition => 400,
        GrpcCode.Unauthenticated => 401,
        GrpcCode.PermissionDenied => 403,
        GrpcCode.NotFound => 404,
        GrpcCode.Aborted => 409,
        GrpcCode.ResourceExhausted => 429,
        GrpcCode.Unavailable => 503,
        GrpcCode.DeadlineExceeded => 504,
        _ => 500,
    };

    /// <summary>Tells neither who may nor whether there is one.</summary>
    public static ArgoRefusal Denied() => new(GrpcCode.PermissionDenied, "permission denied");

    public static ArgoRefusal NotFound(string application) =>
        new(GrpcCode.NotFound, $"applications.argoproj.io \"{application}\" not found");

    public static ArgoRefusal Precondition(string message) => new(GrpcCode.FailedPrecondition, message);

    public static ArgoRefusal From(int httpStatus, string message) => new(httpStatus switch
    {
        409 => GrpcCode.Aborted,
        429 => GrpcCode.ResourceExhausted,
        503 => GrpcCode.Unavailable,
        422 or 400 => GrpcCode.InvalidArgument,
        404 => GrpcCode.NotFound,
        403 => GrpcCode.PermissionDenied,
        _ => GrpcCode.Internal,
    }, message);

    public JsonObject ToJson() => new() { ["error"] = Message, ["code"] = (int)code, ["message"] = Message };
}
