namespace RollbackTools.Practice.Helm.Charts.Samples;

/// <summary>A workload with a disk that outlives the release: its claim is not deleted when a later chart no longer has it.</summary>
public static class LedgerChart
{
    public const string Name = "ledger";

    public static HelmChart Of(string version, bool withDisk = true) => new(Name, version, version)
    {
        Description = "The ledger",
        Values = "tag: \"1\"\nsize: 10Gi\nreplicas: 1\n",
        Templates =
        [
            .. withDisk ? [new ChartFile("templates/disk.yaml", Disk)] : Array.Empty<ChartFile>(),
            new("templates/ledger.yaml", Ledger),
        ],
    };

    private const string Disk =
        """
        apiVersion: v1
        kind: PersistentVolumeClaim
        metadata:
          name: {{ .Release.Name }}-data
          annotations:
            helm.sh/resource-policy: keep
        spec:
          accessModes:
            - ReadWriteOnce
          resources:
            requests:
              storage: {{ .Values.size }}

        """;

    private const string Ledger =
        """
        apiVersion: apps/v1
        kind: Deployment
        metadata:
          name: {{ .Release.Name }}
        spec:
          replicas: {{ .Values.replicas }}
          selector:
            matchLabels:
              app: {{ .Release.Name }}
          template:
            metadata:
              labels:
                app: {{ .Release.Name }}
            spec:
              containers:
                - name: ledger
                  image: registry.example/ledger:{{ .Values.tag }}

        """;
}
