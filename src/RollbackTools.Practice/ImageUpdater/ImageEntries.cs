using System.Text;
using System.Text.Json.Nodes;
using RollbackTools.Practice.Kubernetes.Api.Writing;
using RollbackTools.Practice.Kubernetes.Controllers;
using YamlDotNet.Core;

namespace RollbackTools.Practice.ImageUpdater;

/// <summary>A list of <c>[name=]image:tag</c>, as an Application's source and its override file hold it.</summary>
internal static class ImageEntries
{
    /// <summary>Puts each entry in place of the one for the same image, or at the end.</summary>
    public static List<string> Merge(IEnumerable<string> present, IEnumerable<string> entries)
    {
        List<string> merged = [.. present];
        foreach (var entry in entries)
        {
            var at = merged.FindIndex(one => Same(one, entry));
            if (at < 0) merged.Add(entry);
            else merged[at] = entry;
        }

        return merged;
    }

    public static IEnumerable<string> Read(JsonNode? source) =>
        (source.At("kustomize", "images") as JsonArray ?? []).Select(image => image.Text()).OfType<string>();

    /// <summary>The override file with these entries in it, as Image Updater marshals it.</summary>
    public static string OverrideFile(string? present, IEnumerable<string> entries)
    {
        StringBuilder text = new("kustomize:\n  images:\n");
        foreach (var entry in Merge(Present(present), entries)) text.Append("  - ").Append(entry).Append('\n');
        return text.ToString();
    }

    /// <summary>Whether both are for one image; two names in the kustomization keep entries for the same image apart.</summary>
    private static bool Same(string one, string other)
    {
        var ((name, image), (otherName, otherImage)) = (Parts(one), Parts(other));
        return image == otherImage && (name is null || otherName is null || name == otherName);
    }

    private static (string? Name, string Image) Parts(string entry)
    {
        var (name, image) = entry.Split('=', 2) is [var key, var value] ? (key, value) : (null, entry);
        image = image.Split('@')[0];
        var colon = image.LastIndexOf(':');
        return (name, colon > image.LastIndexOf('/') ? image[..colon] : image);
    }

    private static List<string> Present(string? file)
    {
        try
        {
            return file is null ? [] : [.. Read(YamlJson.Parse(file))];
        }
        catch (YamlException)
        {
            // As the real one: what it cannot read it writes anew.
            return [];
        }
    }
}
