using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;
using RollbackTools.Operations.Runs;

namespace RollbackTools.Tests.Operations.Runs;

/// <summary>What is in a journal can be read again: by the next version of this module, and by people.</summary>
public sealed class JournalFormatTests
{
    [Theory]
    [InlineData(typeof(OperationRequest))]
    [InlineData(typeof(Step))]
    public void Every_request_and_every_step_has_a_name_in_the_journal(Type kind)
    {
        var named = kind.GetCustomAttributes<JsonDerivedTypeAttribute>().ToList();

        Assert.Equal(Concrete(kind).Select(type => type.Name).Order(), named.Select(one => one.DerivedType.Name).Order());
        Assert.Equal(named.Count, named.Select(one => one.TypeDiscriminator).Distinct().Count());
    }

    [Fact]
    public void Every_enumeration_in_a_journal_is_written_as_a_word()
    {
        HashSet<Type> seen = [];
        foreach (var type in Concrete(typeof(OperationRequest)).Concat(Concrete(typeof(Step))).Append(typeof(RunLine))) Collect(type, seen);
        var enumerations = seen.Where(type => type.IsEnum).ToList();

        Assert.Contains(typeof(RunEvent), enumerations);
        Assert.All(enumerations, type => Assert.StartsWith("\"", JsonSerializer.Serialize(Enum.GetValues(type).GetValue(0), type, JournalFormat.Json.Options), StringComparison.Ordinal));
    }

    private static List<Type> Concrete(Type kind) => [.. kind.Assembly.GetTypes().Where(type => !type.IsAbstract && type.IsSubclassOf(kind))];

    // What is written is what the properties hold, down to the enumerations.
    private static void Collect(Type type, HashSet<Type> seen)
    {
        var held = Nullable.GetUnderlyingType(type) ?? type;
        foreach (var argument in held.GetGenericArguments()) Collect(argument, seen);
        if (held.Assembly != typeof(Step).Assembly || !seen.Add(held) || held.IsEnum) return;
        foreach (var property in held.GetProperties().Where(property => !property.IsDefined(typeof(JsonIgnoreAttribute)))) Collect(property.PropertyType, seen);
    }
}
