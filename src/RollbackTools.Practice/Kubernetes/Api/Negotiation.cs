using Microsoft.AspNetCore.Http;

namespace RollbackTools.Practice.Kubernetes.Api;

internal enum Representation
{
    Object,
    Table,
    PartialMetadata,
    AggregatedDiscovery,
}

/// <summary>Reads Accept: the first form the server can give wins, as in apiserver.</summary>
internal static class Negotiation
{
    public static Representation Of(HttpContext http)
    {
        var accept = http.Request.Headers.Accept.ToString();
        if (accept.Length == 0) return Representation.Object;

        foreach (var range in accept.Split(','))
        {
            var parts = range.Split(';', StringSplitOptions.TrimEntries);
            if (parts[0] is not ("application/json" or "application/*" or "*/*" or "text/plain" or "text/*")) continue;
            var form = parts.FirstOrDefault(part => part.StartsWith("as=", StringComparison.Ordinal));
            switch (form)
            {
                case null:
                    return Representation.Object;
                case "as=Table" when parts.Contains("g=meta.k8s.io"):
                    return Representation.Table;
                case "as=PartialObjectMetadata" or "as=PartialObjectMetadataList" when parts.Contains("g=meta.k8s.io"):
                    return Representation.PartialMetadata;
                case "as=APIGroupDiscoveryList" when parts.Contains("v=v2"):
                    return Representation.AggregatedDiscovery;
            }
        }

        throw Refusals.NotAcceptable();
    }
}
