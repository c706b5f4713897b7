namespace RollbackTools.Practice.Kustomize;

/// <summary>The build fails; the message is what <c>kustomize build</c> writes after <c>Error: </c>, or nearly.</summary>
public sealed class KustomizeException(string message, Exception? inner = null) : Exception(message, inner);
