using System.Globalization;
using System.Text.Json.Nodes;
using RollbackTools.Practice.Kubernetes.Schema;
using RollbackTools.Practice.Kubernetes.Schema.Trees;
using RollbackTools.Practice.Kubernetes.Storage;

namespace RollbackTools.Practice.Kubernetes.Api.Writing;

/// <summary>Optimistic locking: the version and uid a body names are those of the object it is for.</summary>
internal static class Preconditions
{
    private const int Attempts = 20;

    public static void Check(StoredObject current, JsonObject body)
    {
        var meta = body.Child("metadata");
        if (meta.Text("resourceVersion") is { Length: > 0 } text && !ulong.TryParse(text, out _))
            throw Refusals.Internal($"strconv.ParseUint: parsing \"{text}\": invalid syntax");
        if (meta.Text("resourceVersion") is { Length: > 0 } version
            && version != current.Version.ToString(CultureInfo.InvariantCulture))
            throw Refusals.Modified(current.Type, current.Name);

        var live = current.Read.Child("metadata").Text("uid");
        if (meta.Text("uid") is { Length: > 0 } uid && uid != live)
            throw Refusals.Invalid(current.Type, current.Name, [.. Enumerable.Repeat(FieldError.Invalid("metadata.uid", uid, "field is immutable"), 2)]);
    }

    /// <summary>
    /// Writes; when somebody else was faster, and the caller did not insist on a version, once more on the newer object.
    /// </summary>
    public static StoredObject Retry(ApiContext context, StoredObject current, bool conditional, Func<StoredObject, StoredObject> write)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return write(current);
            }
            catch (StoreConflictException stale) when (stale.Conflict == StoreConflict.Stale)
            {
                if (conditional || attempt == Attempts) throw Refusals.Modified(current.Type, current.Name);
                current = context.Store.Find(current.Type, current.Namespace, current.Name)
                    ?? throw Refusals.NotFound(current.Type, current.Name);
            }
        }
    }
}
