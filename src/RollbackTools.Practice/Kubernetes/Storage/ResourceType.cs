using System.Runtime.CompilerServices;
using RollbackTools.Practice.Kubernetes.CustomResources;

namespace RollbackTools.Practice.Kubernetes.Storage;

/// <summary>
/// One kind the practice API serves, as discovery names it. Two are equal only when they are the same instance: the catalogue
/// holds each once, and the store looks them up on every request.
/// </summary>
public sealed record ResourceType(string Group, string Version, string Plural, string Kind, bool Namespaced)
{
    private readonly IReadOnlyList<string> shortNames = [];
    private readonly IReadOnlyList<string> subresources = [];
    private readonly IReadOnlyList<string> categories = [];
    private readonly IReadOnlyList<PrinterColumn> columns = [];
    private readonly ScalePaths? scale;

    /// <summary><c>deploy</c> for deployments, and so on.</summary>
    public IReadOnlyList<string> ShortNames { get => Definition?.ShortNames ?? shortNames; init => shortNames = value; }

    /// <summary>Subresources served beside the object: <c>status</c>, <c>scale</c>, <c>log</c>.</summary>
    public IReadOnlyList<string> Subresources { get => Definition?.Subresources ?? subresources; init => subresources = value; }

    /// <summary>Whether <c>metadata.generation</c> counts spec changes.</summary>
    public bool HasGeneration { get; init; }

    /// <summary>Categories such as <c>all</c>.</summary>
    public IReadOnlyList<string> Categories { get => Definition?.Categories ?? categories; init => categories = value; }

    /// <summary>A kind added at run time, as CustomResourceDefinitions are: strategic merge patches get 415.</summary>
    public bool Custom { get; init; }

    /// <summary>What a custom kind is printed with between its name and its age: <c>additionalPrinterColumns</c>.</summary>
    public IReadOnlyList<PrinterColumn> PrinterColumns { get => Definition?.PrinterColumns ?? columns; init => columns = value; }

    /// <summary>Where a custom kind's scale subresource finds what it shows; as in Deployments when null.</summary>
    public ScalePaths? Scale { get => Definition?.Scale ?? scale; init => scale = value; }

    /// <summary>The definition the kind comes from, when it is an object of the cluster; a changed one takes its place.</summary>
    public CustomDefinition? Definition { get; internal set; }

    /// <summary><c>apps/v1</c>, or <c>v1</c> for the core group.</summary>
    public string ApiVersion { get; } = Group.Length == 0 ? Version : $"{Group}/{Version}";

    public string ListKind => Kind + "List";

    public string Singular => Kind.ToLowerInvariant();

    public bool Equals(ResourceType? other) => ReferenceEquals(this, other);

    public override int GetHashCode() => RuntimeHelpers.GetHashCode(this);

    public override string ToString() => Group.Length == 0 ? Plural : $"{Plural}.{Group}";
}

/// <summary>One column of a custom kind's table; a <paramref name="Priority"/> above zero shows with <c>-o wide</c> only.</summary>
/// <param name="Name">As it is headed.</param>
/// <param name="Path">The field, its parts parted by dots, as in <c>status.sync.status</c>.</param>
/// <param name="Priority">As in the CustomResourceDefinition.</param>
/// <param name="Type">As in the CustomResourceDefinition: <c>string</c>, <c>integer</c>, or <c>date</c>, which prints as an age.</param>
public sealed record PrinterColumn(string Name, string Path, int Priority = 0, string Type = "string");

/// <summary>A custom kind's <c>subresources.scale</c>: names of fields in its status.</summary>
/// <param name="Replicas">The field with the pods there are.</param>
/// <param name="Selector">The field with the selector, as text.</param>
public sealed record ScalePaths(string Replicas, string Selector);
