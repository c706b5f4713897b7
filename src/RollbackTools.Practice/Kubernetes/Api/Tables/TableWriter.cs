using System.Text.Json;
using RollbackTools.Practice.Kubernetes.Api.Reading;
using RollbackTools.Practice.Kubernetes.Storage;

namespace RollbackTools.Practice.Kubernetes.Api.Tables;

/// <summary>metav1.Table, for gets, lists and watches.</summary>
internal static class TableWriter
{
    private static readonly Dictionary<string, TablePrinter> Printers = new(StringComparer.Ordinal)
    {
        ["Pod"] = PodPrinter.Printer,
        ["Deployment"] = WorkloadPrinters.Deployment,
        ["ReplicaSet"] = WorkloadPrinters.ReplicaSet,
        ["StatefulSet"] = WorkloadPrinters.StatefulSet,
        ["DaemonSet"] = WorkloadPrinters.DaemonSet,
        ["ControllerRevision"] = WorkloadPrinters.ControllerRevision,
        ["Job"] = WorkloadPrinters.Job,
        ["CronJob"] = WorkloadPrinters.CronJob,
        ["Service"] = CorePrinters.Service,
        ["Endpoints"] = CorePrinters.Endpoints,
        ["Event"] = CorePrinters.Event,
        ["ConfigMap"] = CorePrinters.ConfigMap,
        ["Secret"] = CorePrinters.Secret,
        ["Namespace"] = CorePrinters.Namespace,
        ["Node"] = CorePrinters.Node,
        ["ServiceAccount"] = CorePrinters.ServiceAccount,
        ["ResourceQuota"] = CorePrinters.ResourceQuota,
        ["PersistentVolumeClaim"] = CorePrinters.PersistentVolumeClaim,
        ["Lease"] = OtherPrinters.Lease,
        ["HorizontalPodAutoscaler"] = OtherPrinters.HorizontalPodAutoscaler,
        ["PodDisruptionBudget"] = OtherPrinters.PodDisruptionBudget,
        ["EndpointSlice"] = OtherPrinters.EndpointSlice,
        ["Ingress"] = OtherPrinters.Ingress,
        ["NetworkPolicy"] = OtherPrinters.NetworkPolicy,
        ["RoleBinding"] = OtherPrinters.RoleBinding,
        ["ClusterRoleBinding"] = OtherPrinters.RoleBinding,
        ["Role"] = OtherPrinters.NameAndCreated,
        ["ClusterRole"] = OtherPrinters.NameAndCreated,
    };

    /// <summary>Writes one Table with the objects as rows.</summary>
    /// <param name="withColumns">False for all but the first event of a watch.</param>
    /// <param name="includeObject">The query's word: None, Metadata or Object.</param>
    public static void Write(
        Utf8JsonWriter json, ResourceType type, IEnumerable<StoredObject> items, ListMeta meta, DateTimeOffset now,
        string includeObject = "Metadata", bool withColumns = true)
    {
        var printer = type.Custom ? CustomPrinter.Of(type) : Printers.GetValueOrDefault(type.Kind, OtherPrinters.NameAndAge);
        json.WriteStartObject();
        json.WriteString("kind"u8, "Table"u8);
        json.WriteString("apiVersion"u8, "meta.k8s.io/v1"u8);
        meta.Write(json);
        json.WritePropertyName("columnDefinitions"u8);
        if (withColumns) WriteColumns(json, printer);
        else json.WriteNullValue();
        json.WriteStartArray("rows"u8);
        foreach (var item in items) WriteRow(json, printer, item, now, includeObject);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    /// <summary>metav1.PartialObjectMetadata of one object.</summary>
    public static void WritePartial(Utf8JsonWriter json, StoredObject item)
    {
        json.WriteStartObject();
        json.WriteString("kind"u8, "PartialObjectMetadata"u8);
        json.WriteString("apiVersion"u8, "meta.k8s.io/v1"u8);
        json.WritePropertyName("metadata"u8);
        json.WriteRawValue(JsonScan.Member(item.Json, "metadata").Span, skipInputValidation: true);
        json.WriteEndObject();
    }

    private static void WriteColumns(Utf8JsonWriter json, TablePrinter printer)
    {
        json.WriteStartArray();
        foreach (var column in printer.Columns)
        {
            json.WriteStartObject();
            json.WriteString("name"u8, column.Name);
            json.WriteString("type"u8, column.Type);
            json.WriteString("format"u8, column.Format);
            json.WriteString("description"u8, ""u8);
            json.WriteNumber("priority"u8, column.Priority);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteRow(Utf8JsonWriter json, TablePrinter printer, StoredObject item, DateTimeOffset now, string includeObject)
    {
        using var document = JsonDocument.Parse(item.Json);
        json.WriteStartObject();
        json.WriteStartArray("cells"u8);
        printer.Print(document.RootElement, now, new Cells(json));
        json.WriteEndArray();
        switch (includeObject)
        {
            case "None":
                break;
            case "Object":
                json.WritePropertyName("object"u8);
                json.WriteRawValue(item.Json, skipInputValidation: true);
                break;
            default:
                json.WritePropertyName("object"u8);
                WritePartial(json, item);
                break;
        }

        json.WriteEndObject();
    }
}
