using System.Management.Automation;
using System.Net;
using System.Security;
using RollbackTools.Cmdlets.Shared;
using RollbackTools.Operations.Estate;
using RollbackTools.Operations.Estate.ArgoCd;
using RollbackTools.Operations.Runs;

namespace RollbackTools.Cmdlets.Argo;

/// <summary>The base of cmdlets about Argo CD applications: over the cluster, or over Argo CD's API server when one is named.</summary>
public abstract class ArgoCmdlet : EstateCmdlet
{
    /// <summary>Argo CD's API server; else the environment's; else the Applications in the cluster are worked on, without Argo CD's credentials.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? ArgoServer { get; set; }

    /// <summary>The API server's token; else $env:ARGOCD_AUTH_TOKEN, else what argocd login left.</summary>
    [Parameter]
    [ValidateNotNull]
    public SecureString? ArgoToken { get; set; }

    /// <summary>PEM certificates to trust for the API server, instead of the system's.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? ArgoCaFile { get; set; }

    internal Uri? Server => ArgoServer is null ? null : Parsed(ArgoServer);

    internal ArgoToken? Token => ArgoToken is null ? null : new ArgoToken(new NetworkCredential("", ArgoToken).Password);

    /// <summary>
    /// The application that is meant: its own words first, then -Namespace, the environment's, and argocd. Throws NamespaceMismatch when the
    /// command line and the object differ.
    /// </summary>
    private protected ApplicationName Resolve(ApplicationIdentity identity, Connection connection)
    {
        if (Given.Namespace is { } typed && identity.Namespace is { } own && typed != own)
        {
            throw new RollbackException("NamespaceMismatch", $"{identity} lies in namespace {own}, and -Namespace says {typed}.")
            {
                Target = identity.ToString(),
                NextStep = "Leave -Namespace out to use the object's own.",
            };
        }

        return new ApplicationName(identity.Namespace ?? NamespaceOf(connection), identity.Name);
    }

    /// <summary>Where applications lie when nothing else says so.</summary>
    private protected string NamespaceOf(Connection connection) => Given.Namespace ?? connection.Environment?.ArgoCd.Namespace ?? ApplicationName.DefaultNamespace;

    private static Uri Parsed(string text)
    {
        try
        {
            return Operations.Estate.ArgoCd.ArgoServer.Parse(text);
        }
        catch (FormatException wrong)
        {
            throw new RollbackException("InvalidUrl", $"-ArgoServer is not a server: {wrong.Message}.");
        }
    }
}
