using System.Security.Cryptography;

namespace RollbackTools.Practice.ArgoCd.Server;

/// <summary>A local user of Argo CD. The token is one that never ends, as for automation; the password is for <c>/api/v1/session</c>.</summary>
/// <param name="Name">As operations record who initiated them.</param>
/// <param name="Actions">What it may do to applications: get, update, sync, override; <c>*</c> is everything.</param>
/// <param name="Password">Made up when the server starts.</param>
/// <param name="Token">A signed JWT.</param>
public sealed record ArgoAccount(string Name, IReadOnlyList<string> Actions, string Password, string Token)
{
    public bool May(string action) => Actions.Contains("*") || Actions.Contains(action);
}

/// <summary>The accounts every practice Argo CD has.</summary>
public sealed class ArgoAccounts
{
    private readonly SessionTokens tokens;

    internal ArgoAccounts(SessionTokens tokens)
    {
        this.tokens = tokens;
        Admin = Make("admin", ["*"]);
        Deployer = Make("deployer", ["get", "sync"]);
        Viewer = Make("viewer", ["get"]);
    }

    public ArgoAccount Admin { get; }

    /// <summary>May look and sync, which is all a rollback takes; may not change an application.</summary>
    public ArgoAccount Deployer { get; }

    /// <summary>May look.</summary>
    public ArgoAccount Viewer { get; }

    public IReadOnlyList<ArgoAccount> All => [Admin, Deployer, Viewer];

    /// <summary>A token for whoever knows the password; null when it is wrong.</summary>
    internal string? LogIn(string name, string password) =>
        All.FirstOrDefault(one => one.Name == name) is { } account && account.Password == password
            ? tokens.Issue(name, TimeSpan.FromHours(24))
            : null;

    private ArgoAccount Make(string name, IReadOnlyList<string> actions) =>
        new(name, actions, Convert.ToHexString(RandomNumberGenerator.GetBytes(12)).ToLowerInvariant(), tokens.Issue(name, lifetime: null));
}
