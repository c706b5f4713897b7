namespace RollbackTools.Integrations.Processes;

/// <summary>Keeps a whole output up to a limit, and has the process ended when it says more.</summary>
internal sealed class BoundedOutput(int limit)
{
    private readonly MemoryStream _bytes = new();

    public ReadOnlyMemory<byte> Bytes => _bytes.GetBuffer().AsMemory(0, (int)_bytes.Length);

    public async Task ReadAsync(Stream output, Action abort)
    {
        var buffer = new byte[8192];
        int read;
        while ((read = await output.ReadAsync(buffer).ConfigureAwait(false)) > 0)
        {
            if (_bytes.Length + read > limit)
            {
                abort();
                return;
            }

            await _bytes.WriteAsync(buffer.AsMemory(0, read)).ConfigureAwait(false);
        }
    }
}
