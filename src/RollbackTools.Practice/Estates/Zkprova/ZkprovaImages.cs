using RollbackTools.Practice.Registry;

namespace RollbackTools.Practice.Estates.Zkprova;

/// <summary>What GitHub Actions has pushed for zkprova: by the commit's abbreviated id, as its pipeline tags.</summary>
public static class ZkprovaImages
{
    public const string Registry = "ghcr.io/zkprova";
    public const string Backend = Registry + "/backend";
    public const string Frontend = Registry + "/frontend";
    public const string Migrations = Registry + "/migrations";
    public const string Smoke = Registry + "/smoke";

    /// <summary>What production runs before anything goes wrong.</summary>
    public const string Current = "9f04f35";

    /// <summary>The release before; good as well.</summary>
    public const string Previous = "3c1a77e";

    /// <summary>
    /// Expects a column that no migration has made: ready, and every request that needs the database fails. Its smoke test sees that.
    /// </summary>
    public const string WithoutColumn = "b81d02c";

    /// <summary>Panics at start; its migration does too.</summary>
    public const string Crashing = "e60f9aa";

    /// <summary>Its migration waits for a lock that is never given back.</summary>
    public const string Hanging = "77d3b15";

    internal const string MissingColumn = "ERROR: column proofs.verified_by does not exist (SQLSTATE 42703)";

    public static void Push(ImageCatalogue images)
    {
        foreach (var repository in (string[])[Backend, Frontend, Migrations, Smoke])
        {
            foreach (var tag in (string[])["41be2d0", "58c9e13", Previous, Current]) images.Push(repository, tag);
            images.Push(repository, WithoutColumn, repository switch
            {
                Backend => new ImageBehaviour.SchemaMismatch(MissingColumn),
                Smoke => new ImageBehaviour.CrashLoop { Panic = "smoke: POST /api/proofs: 500 internal server error", ExitCode = 1 },
                _ => null,
            });
            images.Push(repository, Crashing, new ImageBehaviour.CrashLoop { Panic = "panic: no issuer key configured" });
            images.Push(repository, Hanging, repository == Migrations ? new ImageBehaviour.Hang() : null);
        }
    }
}
