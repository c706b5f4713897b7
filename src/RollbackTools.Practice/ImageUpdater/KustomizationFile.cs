using System.Globalization;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace RollbackTools.Practice.ImageUpdater;

/// <summary>
/// Sets images in a kustomization file and leaves every other byte as it is: comments, blank lines, order, indentation.
/// </summary>
internal static class KustomizationFile
{
    /// <summary>
    /// Sets <c>newTag</c> (and <c>newName</c>, when the image is another than the entry's name) of the entry with this name, which is
    /// added when there is none. Throws <see cref="FormatException"/> for a file that is not one YAML document.
    /// </summary>
    public static string Set(string file, string name, string image, string tag)
    {
        var root = Root(file);
        var images = root is not null && root.Children.TryGetValue("images", out var node) ? node as YamlSequenceNode : null;
        if (images is null || images.Children.Count == 0) return Append(Without(file, root), name, image, tag);
        var entry = images.OfType<YamlMappingNode>().FirstOrDefault(item => Text(item, "name") == name);
        if (entry is null) return Insert(file, images, name, image, tag);

        file = SetField(file, entry, "newTag", tag);
        if (image == name && Text(entry, "newName") is null) return file;

        // What was written has moved the rest.
        entry = ((YamlSequenceNode)Root(file)!.Children["images"]).OfType<YamlMappingNode>().First(item => Text(item, "name") == name);
        return SetField(file, entry, "newName", image);
    }

    private static YamlMappingNode? Root(string file)
    {
        try
        {
            YamlStream stream = [];
            stream.Load(new StringReader(file));
            if (stream.Documents.Count != 1) throw new FormatException("target parameter file should contain a single YAML document");
            return stream.Documents[0].RootNode as YamlMappingNode;
        }
        catch (YamlException bad)
        {
            throw new FormatException($"yaml: line {bad.Start.Line}: {bad.Message}", bad);
        }
    }

    private static string? Text(YamlMappingNode item, string key) =>
        item.Children.TryGetValue(key, out var value) && value is YamlScalarNode scalar ? scalar.Value : null;

    private static string SetField(string file, YamlMappingNode entry, string field, string value)
    {
        if (entry.Children.TryGetValue(field, out var old) && old is YamlScalarNode scalar)
        {
            var written = scalar.Style switch
            {
                ScalarStyle.DoubleQuoted => $"\"{value}\"",
                ScalarStyle.SingleQuoted => $"'{value}'",
                _ => Plain(value),
            };
            return file[..(int)scalar.Start.Index] + written + file[(int)scalar.End.Index..];
        }

        // After the name, in the way the entry itself is written.
        var (key, name) = entry.Children.First(pair => pair.Key is YamlScalarNode { Value: "name" });
        var at = (int)name.End.Index;
        return entry.Style == YamlDotNet.Core.Events.MappingStyle.Flow
            ? $"{file[..at]}, {field}: {Plain(value)}{file[at..]}"
            : $"{file[..at]}{NewLine(file)}{Indent((int)key.Start.Column - 1)}{field}: {Plain(value)}{file[at..]}";
    }

    /// <summary>One more entry at the end of the list, indented as its last.</summary>
    private static string Insert(string file, YamlSequenceNode images, string name, string image, string tag)
    {
        var last = images.Children[^1];
        if (images.Style == YamlDotNet.Core.Events.SequenceStyle.Flow)
        {
            var close = file.IndexOf(']', (int)LastWord(last).End.Index);
            var pair = image == name ? "" : $"newName: {image}, ";
            return $"{file[..close].TrimEnd()}, {{ name: {name}, {pair}newTag: {Plain(tag)} }}{file[close..]}";
        }

        var lineStart = file.LastIndexOf('\n', Math.Max(0, (int)last.Start.Index - 1)) + 1;
        var dash = file.IndexOf('-', lineStart) - lineStart;
        var at = EndOf(file, last);
        return file[..at] + Entry(file, dash, name, image, tag) + file[at..];
    }

    /// <summary>The end of the line on which the last word of a node stands.</summary>
    private static int EndOf(string file, YamlNode node)
    {
        var end = file.IndexOf('\n', Math.Max(0, (int)LastWord(node).End.Index - 1));
        return end < 0 ? file.Length : end + 1;
    }

    /// <summary>Only of scalars is it known where they end.</summary>
    private static YamlNode LastWord(YamlNode node) => node is YamlMappingNode { Children.Count: > 0 } map ? map.Children.Last().Value : node;

    private static string Append(string file, string name, string image, string tag)
    {
        var line = NewLine(file);
        return file + (file.Length > 0 && !file.EndsWith('\n') ? line : "") + "images:" + line + Entry(file, 0, name, image, tag);
    }

    /// <summary>The file without an empty list of images.</summary>
    private static string Without(string file, YamlMappingNode? root)
    {
        var images = root?.Children.FirstOrDefault(pair => pair.Key is YamlScalarNode { Value: "images" });
        if (images is not { Key: { } key, Value: { } value }) return file;
        var end = file.IndexOf('\n', Math.Max((int)key.End.Index, (int)value.End.Index - 1));
        return file[..(int)key.Start.Index] + (end < 0 ? "" : file[(end + 1)..]);
    }

    private static string Entry(string file, int indent, string name, string image, string tag)
    {
        var (line, pad) = (NewLine(file), Indent(indent));
        var newName = image == name ? "" : $"{pad}  newName: {image}{line}";
        return $"{pad}- name: {name}{line}{newName}{pad}  newTag: {Plain(tag)}{line}";
    }

    /// <summary>Quoted when it would be read as something else than text: <c>1.10</c>, <c>007</c>, <c>1234e56</c>, <c>on</c>.</summary>
    private static string Plain(string value) =>
        double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out _)
        || value.ToLowerInvariant() is "true" or "false" or "null" or "yes" or "no" or "on" or "off" or "y" or "n"
            ? $"\"{value}\""
            : value;

    private static string NewLine(string file) => file.Contains("\r\n", StringComparison.Ordinal) ? "\r\n" : "\n";

    private static string Indent(int columns) => new(' ', columns);
}
