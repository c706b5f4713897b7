using System.Text.Json.Nodes;
using RollbackTools.Practice.Kubernetes.Controllers;
using RollbackTools.Practice.Kubernetes.Schema;
using RollbackTools.Practice.Kubernetes.Storage;
using RollbackTools.Practice.Registry;

namespace RollbackTools.Practice.Kubernetes.Kubelet;

/// <summary>The ConfigMaps and Secrets a pod cannot start without, and what is in them.</summary>
internal sealed class ConfigurationReferences(ObjectStore store)
{
    /// <summary>What the container's environment lacks, in the kubelet's words; null when it has everything.</summary>
    public string? MissingFor(JsonObject container, string ns)
    {
        foreach (var source in container.Items("envFrom"))
        {
            if (Missing(source.Object("configMapRef"), Resources.ConfigMaps, ns, key: null)
                is { } map) return map;
            if (Missing(source.Object("secretRef"), Resources.Secrets, ns, key: null) is { } secret) return secret;
        }

        foreach (var from in container.Items("env").Select(variable => variable.Object("valueFrom")))
        {
            var map = from.Object("configMapKeyRef");
            if (Missing(map, Resources.ConfigMaps, ns, map.Text("key")) is { } noMap) return noMap;
            var secret = from.Object("secretKeyRef");
            if (Missing(secret, Resources.Secrets, ns, secret.Text("key")) is { } noSecret) return noSecret;
        }

        return null;
    }

    /// <summary>The first volume whose source does not exist, and what is missing.</summary>
    public (string Volume, string Missing)? MissingVolume(JsonObject pod, string ns)
    {
        foreach (var volume in pod.Items("spec", "volumes"))
        {
            var name = volume.Text("name") ?? "";
            foreach (var source in volume.Items("projected", "sources").Prepend(volume))
            {
                if (Missing(source.Object("configMap"), Resources.ConfigMaps, ns, null) is { } map) return (name, map);
                if (Missing(source.Object("secret"), Resources.Secrets, ns, null) is { } secret) return (name, secret);
            }

            if (volume.Text("persistentVolumeClaim", "claimName") is { } claim
                && store.Find(Resources.PersistentVolumeClaims, ns, claim) is null)
                return (name, $"persistentvolumeclaim \"{claim}\" not found");
        }

        return null;
    }

    /// <summary>The image as it behaves with the configuration it finds now.</summary>
    public CatalogueImage Reading(CatalogueImage image, JsonObject container, string ns)
    {
        if (image.Behaviour is not ImageBehaviour.Configured needs) return image;
        var host = Uri.TryCreate(Variable(container, ns, needs.Address), UriKind.Absolute, out var address) ? address.Host : "";
        var works = store.Find(Resources.Services, ns, host) is not null && Variable(container, ns, needs.Switch) != "false";
        return image with { Behaviour = works ? new ImageBehaviour.Healthy() : new ImageBehaviour.ErrorRate(0.5) };
    }

    /// <summary>A variable of the container's environment, as far as it comes from ConfigMaps or is written out.</summary>
    private string? Variable(JsonObject container, string ns, string name)
    {
        if (container.Items("env").LastOrDefault(one => one.Text("name") == name) is { } own)
            return own.Text("value") ?? Value(own.Text("valueFrom", "configMapKeyRef", "name"), own.Text("valueFrom", "configMapKeyRef", "key"));
        return container.Items("envFrom").Reverse().Select(from => Value(from.Text("configMapRef", "name"), name)).FirstOrDefault(value => value is not null);

        string? Value(string? map, string? key) =>
            map is not null && key is not null ? store.Find(Resources.ConfigMaps, ns, map)?.Read.Text("data", key) : null;
    }

    private string? Missing(JsonObject? reference, ResourceType kind, string ns, string? key)
    {
        if (reference is null || reference.Flag("optional")) return null;
        if ((reference.Text("name") ?? reference.Text("secretName")) is not { } name) return null;
        var word = kind == Resources.Secrets ? "secret" : "configmap";
        if (store.Find(kind, ns, name) is not { } source) return $"{word} \"{name}\" not found";
        if (key is null || source.Read.At("data", key) is not null || source.Read.At("binaryData", key) is not null
            || source.Read.At("stringData", key) is not null)
            return null;
        return $"couldn't find key {key} in {kind.Kind} {ns}/{name}";
    }
}
