namespace RollbackTools.Practice.Helm;

/// <summary>Whose ways the practice helm has.</summary>
public enum HelmVersion
{
    /// <summary>3.21.4.</summary>
    Helm3,

    /// <summary>4.2.4.</summary>
    Helm4,
}
