using System.Text.Json.Nodes;

namespace RollbackTools.Practice.Estates;

/// <summary>The machines pods are said to run on.</summary>
internal static class PracticeNodes
{
    public static JsonObject Node(int number, string estate)
    {
        var name = $"{estate}-node-{number}";
        JsonObject capacity = new() { ["cpu"] = "8", ["memory"] = "32Gi", ["pods"] = "250", ["ephemeral-storage"] = "100Gi" };
        return new JsonObject
        {
            ["metadata"] = new JsonObject
            {
                ["name"] = name,
                ["labels"] = new JsonObject
                {
                    ["kubernetes.io/hostname"] = name,
                    ["kubernetes.io/os"] = "linux",
                    ["kubernetes.io/arch"] = "amd64",
                    ["topology.kubernetes.io/zone"] = $"practice-{(char)('a' + ((number - 1) % 3))}",
                },
            },
            ["spec"] = new JsonObject { ["podCIDR"] = $"10.{64 + (number % 128)}.0.0/16" },
            ["status"] = new JsonObject
            {
                ["capacity"] = capacity,
                ["allocatable"] = capacity.DeepClone(),
                ["addresses"] = new JsonArray(
                    new JsonObject { ["type"] = "InternalIP", ["address"] = $"10.0.{number / 250}.{(number % 250) + 1}" },
                    new JsonObject { ["type"] = "Hostname", ["address"] = name }),
                ["conditions"] = new JsonArray(new JsonObject
                {
                    ["type"] = "Ready",
                    ["status"] = "True",
                    ["reason"] = "KubeletReady",
                    ["message"] = "kubelet is posting ready status",
                }),
                ["nodeInfo"] = new JsonObject
                {
                    ["kubeletVersion"] = "v1.36.2",
                    ["kubeProxyVersion"] = "",
                    ["containerRuntimeVersion"] = "containerd://2.1.4",
                    ["osImage"] = "Practice Linux",
                    ["kernelVersion"] = "6.12.0",
                    ["operatingSystem"] = "linux",
                    ["architecture"] = "amd64",
                    ["machineID"] = "",
                    ["systemUUID"] = "",
                    ["bootID"] = "",
                },
            },
        };
    }
}
