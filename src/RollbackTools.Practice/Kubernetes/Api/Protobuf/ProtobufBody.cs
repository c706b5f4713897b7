using System.Text.Json.Nodes;

namespace RollbackTools.Practice.Kubernetes.Api.Protobuf;

/// <summary>Request bodies in Kubernetes' protobuf envelope, as the JSON they stand for. Answers are always JSON.</summary>
internal static class ProtobufBody
{
    public const string MediaType = "application/vnd.kubernetes.protobuf";

    /// <summary>Null for a kind that is not in the catalogue; throws <see cref="FormatException"/> for bytes that are no such envelope.</summary>
    public static JsonObject? Parse(ReadOnlySpan<byte> body)
    {
        if (!body.StartsWith("k8s\0"u8)) throw new FormatException("provided data does not appear to be a protobuf message");

        // runtime.Unknown: the type's name and version, and the object's bytes.
        var (apiVersion, kind) = ("", "");
        ReadOnlySpan<byte> raw = default;
        ProtobufReader envelope = new(body[4..]);
        while (envelope.Read())
        {
            if (envelope.Number == 2) raw = envelope.Bytes;
            if (envelope.Number != 1) continue;
            ProtobufReader type = new(envelope.Bytes);
            while (type.Read())
            {
                if (type.Number == 1) apiVersion = type.Text;
                else if (type.Number == 2) kind = type.Text;
            }
        }

        if (ProtobufTypes.Find(kind) is not { } fields) return null;
        var json = Message(raw, fields);
        json["apiVersion"] = apiVersion;
        json["kind"] = kind;
        return json;
    }

    private static JsonObject Message(ReadOnlySpan<byte> bytes, Dictionary<int, ProtobufField> fields)
    {
        JsonObject json = [];
        ProtobufReader reader = new(bytes);
        while (reader.Read())
        {
            if (!fields.TryGetValue(reader.Number, out var field)) continue;
            if (field.Kind is ProtobufKind.StringMap or ProtobufKind.BytesMap or ProtobufKind.QuantityMap)
            {
                if (json[field.Name] is not JsonObject map) json[field.Name] = map = [];
                Entry(map, reader.Bytes, field.Kind);
            }
            else if (field.Repeated)
            {
                if (json[field.Name] is not JsonArray list) json[field.Name] = list = [];
                list.Add(field.Kind == ProtobufKind.Message ? Message(reader.Bytes, ProtobufTypes.Find(field.Type)!) : reader.Text);
            }
            else if (Single(reader, field) is { } value)
            {
                json[field.Name] = value;
            }
        }

        return json;
    }

    private static JsonNode? Single(ProtobufReader reader, ProtobufField field) => field.Kind switch
    {
        ProtobufKind.String => reader.Bytes.IsEmpty && !field.Optional ? null : reader.Text,
        ProtobufKind.Integer => reader.Value == 0 && !field.Optional ? null : reader.Value,
        ProtobufKind.Boolean => reader.Value == 0 && !field.Optional ? null : reader.Value != 0,
        ProtobufKind.IntOrString => IntOrString(reader.Bytes),
        // Only servers set times; what kubectl sends are zero ones.
        ProtobufKind.Time => null,
        _ => Message(reader.Bytes, ProtobufTypes.Find(field.Type)!),
    };

    private static JsonNode? IntOrString(ReadOnlySpan<byte> bytes)
    {
        var (isText, number, text) = (false, 0L, "");
        ProtobufReader reader = new(bytes);
        while (reader.Read())
        {
            if (reader.Number == 1) isText = reader.Value == 1;
            else if (reader.Number == 2) number = reader.Value;
            else if (reader.Number == 3) text = reader.Text;
        }

        return isText ? text : number == 0 ? null : number;
    }

    private static void Entry(JsonObject map, ReadOnlySpan<byte> bytes, ProtobufKind kind)
    {
        var key = "";
        ReadOnlySpan<byte> value = default;
        ProtobufReader reader = new(bytes);
        while (reader.Read())
        {
            if (reader.Number == 1) key = reader.Text;
            else if (reader.Number == 2) value = reader.Bytes;
        }

        map[key] = kind switch
        {
            ProtobufKind.BytesMap => Convert.ToBase64String(value),
            ProtobufKind.QuantityMap => Quantity(value),
            _ => System.Text.Encoding.UTF8.GetString(value),
        };
    }

    private static string Quantity(ReadOnlySpan<byte> bytes)
    {
        ProtobufReader reader = new(bytes);
        while (reader.Read())
            if (reader.Number == 1) return reader.Text;
        return "0";
    }
}
