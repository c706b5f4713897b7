using System.Reflection;

namespace RollbackTools.Integrations.Hosting;

internal static class ProductVersion
{
    /// <summary>The User-Agent every request carries: <c>RollbackTools/0.1.0</c>.</summary>
    public static string UserAgent { get; } = "RollbackTools/" + (typeof(ProductVersion).Assembly
        .GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "0");
}
