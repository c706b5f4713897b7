using System.Text;

namespace RollbackTools.Practice.Estates;

/// <summary>Files with something in them that is nobody else's business.</summary>
internal static class PrivateFile
{
    /// <summary>Writes it whole, readable by its owner only from the first byte on.</summary>
    public static void Write(string path, string text)
    {
        FileStreamOptions file = new() { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) file.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        if (!OperatingSystem.IsWindows() && File.Exists(path)) File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        using FileStream stream = new(path, file);
        stream.Write(Encoding.UTF8.GetBytes(text));
    }
}
