using System.Collections;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using RollbackTools.Operations.Estate.Kubernetes;

namespace RollbackTools.Tests.Integrations.Kubernetes;

/// <summary>API servers leave out what is empty; readers must not find null where the type promises a value.</summary>
public sealed class AbsentFieldTests
{
    public static TheoryData<string> Bodies => ["{}", """{"metadata":null,"spec":null,"status":null}""", """
        {"metadata":{"labels":null,"ownerReferences":[{}],"managedFields":[{}]},
         "spec":{"selector":{"matchExpressions":[{}]},"strategy":{},"updateStrategy":{},"containers":[{}]},
         "status":{"conditions":[{}],"containerStatuses":[{}],"initContainerStatuses":null},"involvedObject":{}}
        """];

    [Theory]
    [MemberData(nameof(Bodies))]
    public void An_absent_field_reads_as_its_default(string body)
    {
        Check(body, Resources.Deployments.Json);
        Check(body, Resources.ReplicaSets.Json);
        Check(body, Resources.ControllerRevisions.Json);
        Check(body, Resources.Pods.Json);
        Check(body, Resources.Events.Json);
        Check(body, Resources.Leases.Json);
        Check(body, Resources.Namespaces.Json);
        Check(body, Resources.Pods.ListJson);
    }

    private static void Check<T>(string body, JsonTypeInfo<T> json) => Walk(JsonSerializer.Deserialize(body, json)!, typeof(T).Name);

    private static void Walk(object value, string path)
    {
        foreach (var property in value.GetType().GetProperties().Where(property => property.GetIndexParameters().Length == 0))
        {
            if (property.PropertyType.IsValueType) continue;
            var inner = property.GetValue(value);
            var nullable = new NullabilityInfoContext().Create(property).ReadState == NullabilityState.Nullable;
            Assert.True(inner is not null || nullable, $"{path}.{property.Name} is null.");
            if (inner is IEnumerable items and not string)
            {
                foreach (var item in items)
                {
                    if (item is not string && !item.GetType().IsValueType) Walk(item, $"{path}.{property.Name}[]");
                }
            }
            else if (inner is not null and not string)
            {
                Walk(inner, $"{path}.{property.Name}");
            }
        }
    }
}
