using System.Collections.Immutable;
using System.Text.Json.Nodes;
using RollbackTools.Practice.Kubernetes.Controllers;
using RollbackTools.Practice.Kubernetes.Storage;

namespace RollbackTools.Practice.Kubernetes.Api.Writing;

/// <summary>What is about to be stored. Nobody but a mutating webhook changes the objects.</summary>
/// <param name="Operation">CREATE, UPDATE or DELETE.</param>
public sealed record AdmissionRequest(
    string Operation, ResourceType Type, string? Namespace, string Name, JsonObject? Object, JsonObject? OldObject, string User, bool DryRun);

/// <summary>
/// Admission: first each mutating webhook may change what is written, then each validating one looks at it and may refuse it with a
/// reason. Writers that do not come through the HTTP server (controllers) ask <see cref="Review"/> themselves.
/// </summary>
public sealed class AdmissionChain
{
    private ImmutableArray<Webhook> webhooks = [];
    private ImmutableArray<Action<AdmissionRequest>> mutating = [];
    private ImmutableArray<UnknownField> unknown = [];

    /// <summary>Adds a webhook; dispose what is returned to take it away.</summary>
    /// <param name="name">As refusals name it, such as <c>validate.practice.example.com</c>.</param>
    /// <param name="refuse">Returns why the write is refused, or null.</param>
    public IDisposable Add(string name, Func<AdmissionRequest, string?> refuse)
    {
        Webhook webhook = new(name, refuse);
        ImmutableInterlocked.Update(ref webhooks, all => all.Add(webhook));
        return new Removal(() => ImmutableInterlocked.Update(ref webhooks, all => all.Remove(webhook)));
    }

    /// <summary>Adds a mutating webhook, which changes the request's object in place; dispose what is returned to take it away.</summary>
    public IDisposable AddMutating(Action<AdmissionRequest> change)
    {
        ImmutableInterlocked.Update(ref mutating, all => all.Add(change));
        return new Removal(() => ImmutableInterlocked.Update(ref mutating, all => all.Remove(change)));
    }

    /// <summary>Silently drops a field from whatever is written of a kind, as a CustomResourceDefinition does that lacks it.</summary>
    public void Prune(ResourceType type, params string[] path) =>
        ImmutableInterlocked.Update(ref unknown, all => all.Add(new UnknownField(type, path)));

    internal void DropUnknown(ResourceType type, JsonObject body)
    {
        foreach (var field in unknown)
            if (field.Type == type && body.At(field.Path[..^1]) is JsonObject parent) parent.Remove(field.Path[^1]);
    }

    /// <summary>Has every mutating webhook change the object of the request; false when there is none.</summary>
    internal bool Mutate(AdmissionRequest request)
    {
        var all = mutating;
        foreach (var change in all) change(request);
        return all.Length > 0;
    }

    /// <summary>Throws the 403 of the first webhook that refuses.</summary>
    public void Review(AdmissionRequest request)
    {
        foreach (var webhook in webhooks)
            if (webhook.Refuse(request) is { } why)
                throw new ApiException(new ApiStatus(403, "Forbidden", $"admission webhook \"{webhook.Name}\" denied the request: {why}"));
    }

    private sealed record UnknownField(ResourceType Type, string[] Path);

    private sealed record Webhook(string Name, Func<AdmissionRequest, string?> Refuse);

    private sealed class Removal(Action remove) : IDisposable
    {
        public void Dispose() => remove();
    }
}
