namespace RollbackTools.Operations.Estate;

/// <summary>The way from an estate to what its health is asked by.</summary>
public static class HealthPorts
{
    extension(IEstate estate)
    {
        public IHttpProbe Http => estate.Port<IHttpProbe>();

        public IScriptRunner Scripts => estate.Port<IScriptRunner>();
    }
}
