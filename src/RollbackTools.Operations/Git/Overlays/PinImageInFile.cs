using System.Text.Json.Serialization;
using RollbackTools.Operations.Estate;
using RollbackTools.Operations.Estate.Kustomize;
using RollbackTools.Operations.Runs;

namespace RollbackTools.Operations.Git.Overlays;

/// <summary>Sets an image in a file on this machine: the new file takes the old one's place at once, and only if that is still the one that was read.</summary>
public sealed record PinImageInFile : Step
{
    public string Path { get; init; } = "";

    public ImagePin Pin { get; init; } = new();

    /// <summary>The entry before; null when it is added.</summary>
    public ImageEntry? From { get; init; }

    public ImageEntry To { get; init; } = new();

    [JsonIgnore]
    public override string Description => $"WRITE {Path}: image {From?.ToString() ?? "(none)"} → {To}";

    /// <summary>An entry that was added stays: its file has no history to say where it should not be.</summary>
    public override Step? Invert() => From is null ? null : this with
    {
        From = To,
        To = From,
        Pin = new ImagePin { Name = From.Name, NewName = From.NewName, Tag = From.NewTag, Digest = From.Digest, Exactly = true },
    };

    public override async Task<StepOutcome> ApplyAsync(StepContext context, Func<Task> intend, CancellationToken cancellation)
    {
        var before = await ReadAsync(Path, cancellation);
        var edit = context.Estate.Kustomize.SetImage(Path, before, Pin);
        if (!edit.Changed) return StepOutcome.AlreadyTrue($"{Path} sets {edit.After}");
        if (edit.Before != From) throw Changed($"it now sets {edit.Before?.ToString() ?? "no such image"}");
        await intend();
        Replace(before, edit.Content.Span);
        return new StepOutcome(true, $"{Path} sets {edit.After}");
    }

    /// <summary>Throws <see cref="EstateException"/> saying why a file cannot be read.</summary>
    internal static async Task<byte[]> ReadAsync(string path, CancellationToken cancellation)
    {
        try
        {
            return await File.ReadAllBytesAsync(path, cancellation);
        }
        catch (Exception missing) when (missing is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new EstateException(EstateErrorKind.NotFound, $"There is no file {path}.", missing) { Request = $"READ {path}" };
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            throw new EstateException(EstateErrorKind.Forbidden, $"{path} cannot be read: {refused.Message}", refused) { Request = $"READ {path}" };
        }
    }

    private void Replace(byte[] before, ReadOnlySpan<byte> content)
    {
        string? draft = null;
        try
        {
            var target = new FileInfo(Path).ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? Path;
            draft = $"{target}.{System.IO.Path.GetRandomFileName()}";
            using (FileStream file = new(draft, FileMode.CreateNew))
            {
                file.Write(content);
                file.Flush(flushToDisk: true);
            }

            if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(draft, File.GetUnixFileMode(target));
            if (!File.ReadAllBytes(target).AsSpan().SequenceEqual(before)) throw Changed("it is another file now");
            File.Move(draft, target, overwrite: true);
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            throw new EstateException(EstateErrorKind.Forbidden, $"{Path} cannot be written: {refused.Message}", refused) { Request = $"WRITE {Path}" };
        }
        finally
        {
            if (draft is not null) File.Delete(draft);
        }
    }

    private RollbackException Changed(string how) => new("ChangedMeanwhile", $"{Path} was changed since this was planned: {how}. Nothing was overwritten.")
    {
        Target = Path,
        NextStep = "Run the same command again with -WhatIf to see what it would do now.",
    };
}
