using RollbackTools.Operations.Estate;

namespace RollbackTools.Integrations.Hosting;

/// <summary>Errors about what we were given to connect with. They name file and field, and never a value that could be secret.</summary>
internal static class Configuration
{

    public static EstateException Error(string message, string? recommendation = null, Exception? inner = null) =>
        new(EstateErrorKind.Configuration, message, inner) { Recommendation = recommendation };
}
