using System.Text;

namespace RollbackTools.Integrations.Health;

/// <summary>The interpreter a script's first line names: <c>#!/bin/bash -e</c>, <c>#!/usr/bin/env python3</c>.</summary>
internal sealed record Shebang(string Program, IReadOnlyList<string> Arguments)
{
    public static Shebang? Read(string file)
    {
        var buffer = new byte[256];
        using var stream = File.OpenRead(file);
        var length = stream.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false);
        var text = Encoding.UTF8.GetString(buffer, 0, length);
        if (!text.StartsWith("#!", StringComparison.Ordinal)) return null;

        var line = text[2..].Split('\n')[0].Trim();
        var words = line.Split([' ', '\t'], 2, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (words.Length == 0) return null;
        // env looks the interpreter up on PATH; so do we, where env itself does not exist.
        if (OperatingSystem.IsWindows() && Path.GetFileName(words[0]) == "env" && words.Length == 2)
            words = words[1].Split(' ', 2, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        // As the kernel does: everything after the interpreter is one argument.
        return new Shebang(words[0], words[1..]);
    }
}
