using System.Text;
using System.Text.Json.Nodes;
using RollbackTools.Practice.Kubernetes.Api.Writing;
using YamlDotNet.Core;

namespace RollbackTools.Practice.Kustomize;

/// <summary>Reads a kustomization file. A field that kustomize does not know, or that is not rendered here, is an error.</summary>
internal static class KustomizationReader
{
    private const string Group = "kustomize.config.k8s.io";

    // What the real one knows and this one refuses by name, so that nobody wonders.
    private static readonly string[] NotRendered =
    [
        "openapi", "replacements", "vars", "crds", "helmGlobals", "helmCharts", "helmChartInflationGenerator", "generators",
        "transformers", "validators", "buildMetadata", "imageTags",
    ];

    public static Kustomization Read(byte[] file)
    {
        JsonNode? parsed;
        try
        {
            parsed = YamlJson.Parse(Encoding.UTF8.GetString(file));
        }
        catch (YamlException bad)
        {
            throw new KustomizeException($"invalid Kustomization: error converting YAML to JSON: yaml: line {bad.Start.Line}: {bad.Message}", bad);
        }

        if (parsed is null or JsonObject { Count: 0 }) throw new KustomizeException("kustomization.yaml is empty");
        return parsed is JsonObject body
            ? Read(new StrictFields(body, "Kustomization"))
            : throw new KustomizeException("invalid Kustomization: json: cannot unmarshal into Go value of type types.Kustomization");
    }

    private static Kustomization Read(StrictFields fields)
    {
        foreach (var name in NotRendered)
            if (fields.Has(name)) throw new KustomizeException($"the field '{name}' is not rendered by the practice estate");

        var kind = fields.Text("kind", "Kustomization");
        if (kind is not ("Kustomization" or "Component")) throw new KustomizeException("kind should be Kustomization or Component");
        var version = $"{Group}/{(kind == "Component" ? "v1alpha1" : "v1beta1")}";
        if (fields.Text("apiVersion", version) != version) throw new KustomizeException($"apiVersion for {kind} should be {version}");

        fields.Ignore("metadata");
        var options = fields.Object("generatorOptions", Options) ?? GeneratorOptions.None;
        Kustomization read = new()
        {
            IsComponent = kind == "Component",
            Resources = [.. fields.Texts("resources"), .. fields.Texts("bases")],
            Components = fields.Texts("components"),
            Namespace = fields.Text("namespace"),
            NamePrefix = fields.Text("namePrefix"),
            NameSuffix = fields.Text("nameSuffix"),
            CommonLabels = fields.Map("commonLabels"),
            Labels = fields.Objects("labels", Label),
            CommonAnnotations = fields.Map("commonAnnotations"),
            Images = fields.Objects("images", Image),
            Replicas = fields.Objects("replicas", entry => new ReplicaEntry(entry.Text("name"), entry.Number("count"))),
            Configurations = fields.Texts("configurations"),
            StrategicPatches = fields.Texts("patchesStrategicMerge"),
            Patches = fields.Objects("patches", Patch),
            JsonPatches = fields.Objects("patchesJson6902", Patch),
            ConfigMaps = fields.Objects("configMapGenerator", entry => Generator(entry, options, secret: false)),
            Secrets = fields.Objects("secretGenerator", entry => Generator(entry, options, secret: true)),
            InOrder = fields.Object("sortOptions", Order) == "fifo",
        };
        fields.End();
        return read;
    }

    private static string Order(StrictFields fields) => fields.Text("order") is var order and ("fifo" or "legacy")
        ? order
        : throw new KustomizeException("the field 'sortOptions.order' must be one of [fifo, legacy]");

    private static LabelEntry Label(StrictFields fields) =>
        new(fields.Map("pairs"), fields.Flag("includeSelectors"), fields.Flag("includeTemplates"));

    private static ImageEntry Image(StrictFields fields) => fields.Has("tagSuffix")
        ? throw new KustomizeException("the field 'images.tagSuffix' is not rendered by the practice estate")
        : new ImageEntry(fields.Text("name"), fields.Text("newName"), fields.Text("newTag"), fields.Text("digest"));

    private static PatchEntry Patch(StrictFields fields)
    {
        var (name, kind) = fields.Object("options", options => Tuple.Create(options.Flag("allowNameChange"), options.Flag("allowKindChange")))
            ?? Tuple.Create(false, false);
        return new PatchEntry(fields.Text("path"), fields.Text("patch").Trim(), fields.Object("target", Target), name, kind);
    }

    private static PatchTarget Target(StrictFields fields) => new(
        fields.Text("group"), fields.Text("version"), fields.Text("kind"), fields.Text("name"), fields.Text("namespace"),
        fields.Text("labelSelector"), fields.Text("annotationSelector"));

    private static GeneratorOptions Options(StrictFields fields) =>
        new(fields.Map("labels"), fields.Map("annotations"), fields.Flag("disableNameSuffixHash"), fields.Flag("immutable"));

    private static GeneratorEntry Generator(StrictFields fields, GeneratorOptions general, bool secret)
    {
        var env = fields.Text("env");
        return new GeneratorEntry(
            fields.Text("name"), fields.Text("namespace"), Behaviour(fields.Text("behavior")), secret ? fields.Text("type", "Opaque") : "",
            fields.Texts("literals"), fields.Texts("files"), [.. fields.Texts("envs"), .. env.Length > 0 ? [env] : Array.Empty<string>()],
            (fields.Object("options", Options) ?? GeneratorOptions.None).Over(general));
    }

    private static GeneratorBehaviour Behaviour(string behaviour) => behaviour switch
    {
        "replace" => GeneratorBehaviour.Replace,
        "merge" => GeneratorBehaviour.Merge,
        _ => GeneratorBehaviour.Create,
    };
}
