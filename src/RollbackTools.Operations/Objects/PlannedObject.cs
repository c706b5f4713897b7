using System.Text.Json.Nodes;
using RollbackTools.Operations.Estate;
using RollbackTools.Operations.Estate.Kubernetes;

namespace RollbackTools.Operations.Objects;

internal enum ObjectAction
{
    /// <summary>It is as the target has it.</summary>
    None,

    Create,

    Change,

    Delete,

    /// <summary>It is to stay as it is; <see cref="PlannedObject.Notes"/> say why.</summary>
    Leave,
}

/// <summary>What is to become of one object, and what it is now.</summary>
internal sealed record PlannedObject(ObjectId Id, ObjectAddress Address)
{
    /// <summary>What made it what it is; null when no manifest did.</summary>
    public JsonObject? Before { get; init; }

    /// <summary>What it shall be; null when it shall not be.</summary>
    public JsonObject? After { get; init; }

    public CustomResource? Live { get; init; }

    public ObjectAction Action { get; init; }

    public IReadOnlyList<FieldChange> Fields { get; init; } = [];

    /// <summary>Whether fields that an applier updated become what he applies, whatever else changes.</summary>
    public bool MovesOwners { get; init; }

    /// <summary>What is worth knowing about it: what stays though the manifest says otherwise, and why.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>Why the server would not do it, from trying without effect.</summary>
    public EstateException? Refusal { get; init; }

    public MergeRule Rule => MergeRules.Of(Id.Group, Id.Kind);

    public override string ToString() => Id.ToString();
}
