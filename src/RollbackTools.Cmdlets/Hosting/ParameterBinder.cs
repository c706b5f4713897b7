using System.Collections;
using System.Management.Automation;
using System.Reflection;
using RollbackTools.Cmdlets.Shared;

namespace RollbackTools.Cmdlets.Hosting;

/// <summary>Binds one invocation to one cmdlet the way PowerShell does: named, then positional, then from the pipeline.</summary>
internal sealed class ParameterBinder(CommandMetadata command, RollbackCmdlet cmdlet)
{
    private readonly Dictionary<string, object?> bound = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<ParameterMetadata, object?> pipelineDefaults = [];
    private List<string> sets = [.. command.Sets];
    private bool takesPipeline;

    /// <summary>What the engine must know besides the cmdlet's own parameters.</summary>
    public CommonParameters Common { get; } = new();

    public string ParameterSetName => sets.Count == 1 ? sets[0] : command.DefaultSet ?? ParameterMetadata.AllSets;

    public bool IsBound(string parameter) => bound.ContainsKey(parameter);

    public bool IsOn(string parameter) => bound.TryGetValue(parameter, out var value) && value is true;

    /// <summary>Binds what the command line says. Throws <see cref="CommandFailure"/>.</summary>
    public void BindArguments(IReadOnlyList<Argument> arguments, bool expectsInput)
    {
        takesPipeline = expectsInput;
        List<object?> positional = [];
        for (var i = 0; i < arguments.Count; i++)
        {
            var argument = arguments[i];
            if (argument.Parameter is not { } name)
            {
                positional.Add(argument.Value);
                continue;
            }

            if (Common.TryTakeSwitch(name, argument, command.SupportsShouldProcess)) continue;
            var parameter = Common.IsValued(name) ? null : Find(name);
            if (parameter is { IsSwitch: true })
            {
                Bind(parameter, !argument.HasValue || argument.Value is true, name);
                continue;
            }

            if (!argument.HasValue && (i + 1 == arguments.Count || arguments[i + 1].Parameter is not null))
                throw Failure("MissingArgument", $"Missing an argument for parameter '{parameter?.Name ?? name}'.", name);
            var value = argument.HasValue ? argument.Value : arguments[++i].Value;
            if (parameter is null) Common.Set(name, value);
            else Bind(parameter, value, name);
        }

        BindPositional(positional);
        RequireMandatory();
    }

    /// <summary>Binds one object of the pipeline. False when nothing of it fits.</summary>
    public bool BindInput(object input)
    {
        foreach (var (parameter, original) in pipelineDefaults)
        {
            parameter.Property.SetValue(cmdlet, original);
            bound.Remove(parameter.Name);
        }

        var any = false;
        foreach (var parameter in command.Parameters.Where(parameter => !bound.ContainsKey(parameter.Name)))
        {
            var place = sets.Select(parameter.In).FirstOrDefault(one => one is { FromPipeline: true } or { FromPipelineByPropertyName: true });
            if (place is null) continue;
            any |= (place.FromPipeline && TryBindInput(parameter, input))
                || (place.FromPipelineByPropertyName && ValueOf(input, parameter) is { } value && TryBindInput(parameter, value));
        }

        return any;
    }

    private static object? ValueOf(object input, ParameterMetadata parameter)
    {
        string[] names = [parameter.Name, .. parameter.Aliases];
        if (input is IDictionary row)
            return row.Keys.Cast<object>().Where(key => names.Contains(key.ToString(), StringComparer.OrdinalIgnoreCase)).Select(key => row[key]).FirstOrDefault();
        return names.Select(name => input.GetType().GetProperty(name, BindingFlags.Public | BindingFlags.Instance | BindingFlags.IgnoreCase))
            .FirstOrDefault(property => property is not null)?.GetValue(input);
    }

    private bool TryBindInput(ParameterMetadata parameter, object value)
    {
        var original = parameter.Property.GetValue(cmdlet);
        try
        {
            Bind(parameter, value, parameter.Name);
        }
        catch (CommandFailure)
        {
            return false; // PowerShell, too, tries the next way to bind and complains when none is left.
        }

        pipelineDefaults.TryAdd(parameter, original);
        return true;
    }

    private ParameterMetadata Find(string name)
    {
        var exact = command.Parameters.FirstOrDefault(parameter => parameter.IsCalled(name));
        if (exact is not null) return exact;
        var begun = command.Parameters.Where(parameter =>
            parameter.Aliases.Prepend(parameter.Name).Any(known => known.StartsWith(name, StringComparison.OrdinalIgnoreCase))).ToList();
        return begun switch
        {
            [var only] => only,
            [] => throw Failure("NamedParameterNotFound", $"A parameter cannot be found that matches parameter name '{name}'.", name),
            _ => throw Failure("AmbiguousParameter", $"'{name}' could be any of {string.Join(", ", begun.Select(parameter => $"-{parameter.Name}"))}.", name),
        };
    }

    private void BindPositional(List<object?> values)
    {
        foreach (var value in values)
        {
            var open = command.Parameters.Where(parameter => !bound.ContainsKey(parameter.Name))
                .SelectMany(parameter => sets.Select(parameter.In).Where(place => place?.Position is not null).Select(place => (parameter, place!.Position)))
                .OrderBy(candidate => candidate.Position).Select(candidate => candidate.parameter).FirstOrDefault()
                ?? throw Failure("PositionalParameterNotFound", $"A positional parameter cannot be found that accepts argument '{value}'.", value);
            Bind(open, value, open.Name);
        }
    }

    private void Bind(ParameterMetadata parameter, object? value, string name)
    {
        if (bound.ContainsKey(parameter.Name)) throw Failure("ParameterAlreadyBound", $"Parameter '{parameter.Name}' is given more than once.", name);
        var remaining = sets.Where(set => parameter.In(set) is not null).ToList();
        if (remaining.Count == 0)
            throw Failure("AmbiguousParameterSet", $"Parameter set cannot be resolved using the specified named parameters: -{parameter.Name} does not go with the others.", name);

        if (parameter.IsSwitch) bound[parameter.Name] = value;
        else
        {
            var converted = Convert(parameter, value);
            parameter.Property.SetValue(cmdlet, converted);
            bound[parameter.Name] = converted;
        }

        sets = remaining;
    }

    private object? Convert(ParameterMetadata parameter, object? value)
    {
        try
        {
            foreach (var transformation in parameter.Transformations) value = transformation.Transform(null!, value!);
            value = ValueConversion.To(parameter.Type, value);
        }
        catch (FormatException reason)
        {
            throw Failure(
                parameter.Transformations.Count > 0 ? "ParameterArgumentTransformationError" : "CannotConvertArgumentNoMessage",
                $"Cannot process argument transformation on parameter '{parameter.Name}'. {reason.Message}",
                value);
        }

        var complaint = parameter.Validations.Select(rule => ArgumentValidation.Complaint(rule, value)).FirstOrDefault(text => text is not null);
        return complaint is null ? value : throw Failure("ParameterArgumentValidationError", $"Cannot validate argument on parameter '{parameter.Name}'. {complaint}", value);
    }

    private void RequireMandatory()
    {
        // Of several sets that still fit, the default one counts.
        var set = sets.Count > 1 && command.DefaultSet is { } preferred && sets.Contains(preferred) ? preferred : sets[0];
        var missing = command.Parameters
            .Where(parameter => parameter.In(set) is { Mandatory: true } place && !(takesPipeline && (place.FromPipeline || place.FromPipelineByPropertyName)))
            .Where(parameter => !bound.ContainsKey(parameter.Name)).Select(parameter => parameter.Name).ToList();
        if (missing.Count > 0)
            throw Failure("MissingMandatoryParameter", $"Cannot process command because of one or more missing mandatory parameters: {string.Join(' ', missing)}.", null);
        if (!takesPipeline) sets = [set];
    }

    private static CommandFailure Failure(string id, string message, object? target) => new(new CommandError
    {
        ErrorId = id,
        Category = ErrorCategory.InvalidArgument,
        Message = message,
        Target = target,
        Exception = new ArgumentException(message),
    });
}
