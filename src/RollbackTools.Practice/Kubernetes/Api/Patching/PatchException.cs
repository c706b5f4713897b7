namespace RollbackTools.Practice.Kubernetes.Api.Patching;

/// <summary>A patch that is well formed but cannot be applied to this object: 422.</summary>
public sealed class PatchException(string message) : Exception(message);
