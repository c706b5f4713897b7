using System.Management.Automation;
using RollbackTools.Cmdlets.Shared;

namespace RollbackTools.Cmdlets.Hosting;

/// <summary>
/// Runs the compiled cmdlets without PowerShell, for drills and tests: binds parameters, streams objects from command to command,
/// records everything said. One runner is one session; pipelines run on the caller's thread, one at a time.
/// </summary>
public sealed class CmdletRunner : IDisposable
{
    private readonly Dictionary<string, CommandMetadata> commands;

    /// <param name="services">The integrations and the clock.</param>
    /// <param name="others">Cmdlets besides those of the module.</param>
    public CmdletRunner(CommandServices services, params Type[] others)
    {
        Services = services;
        commands = typeof(RollbackCmdlet).Assembly.GetTypes().Concat(others).Select(CommandMetadata.Of).OfType<CommandMetadata>()
            .ToDictionary(command => command.Name, StringComparer.OrdinalIgnoreCase);
    }

    public CommandServices Services { get; }

    public string CurrentDirectory { get; set; } = Environment.CurrentDirectory;

    /// <summary>Answers confirmation prompts, given the question. Null: there is no terminal.</summary>
    public Func<string, bool>? Answer { get; set; }

    /// <summary>Commands with this impact or more ask: PowerShell's $ConfirmPreference.</summary>
    public ConfirmImpact ConfirmPreference { get; set; } = ConfirmImpact.High;

    /// <summary>What <c>$name</c> on a command line means.</summary>
    public IDictionary<string, object?> Variables { get; } = new Dictionary<string, object?>(StringComparer.OrdinalIgnoreCase);

    /// <summary>Told of everything as it is said.</summary>
    public Action<CommandEvent>? Observer { get; set; }

    public IReadOnlyCollection<CommandMetadata> Commands => commands.Values;

    /// <summary>Runs a line such as <c>Get-ImageHistory api | Invoke-ImageRollback -WhatIf</c>.</summary>
    public CommandOutput Run(string commandLine, CancellationToken stop = default) =>
        Run(CommandLineReader.Read(commandLine, new Dictionary<string, object?>(Variables, StringComparer.OrdinalIgnoreCase)), stop);

    public CommandOutput Run(Invocation invocation, CancellationToken stop = default) => Run([invocation], stop);

    /// <summary>Cancelling <paramref name="stop"/> is Ctrl+C.</summary>
    public CommandOutput Run(IReadOnlyList<Invocation> pipeline, CancellationToken stop = default)
    {
        CommandOutput output = new();
        void Say(CommandEvent said)
        {
            output.Add(said);
            Observer?.Invoke(said);
        }

        List<PipelineStage> stages = [];
        try
        {
            var head = pipeline[0].Command is null ? pipeline[0].Arguments.Select(argument => argument.Value) : null;
            BuildStages(head is null ? pipeline : [.. pipeline.Skip(1)], stages, head is not null, Say);
            using var registration = stop.Register(() => stages.ForEach(stage => stage.Stop()));
            Execute(stages, head);
        }
        catch (CommandFailure failure)
        {
            output.Failure = failure.Error;
        }
        catch (PipelineStoppedException)
        {
            output.Stopped = true;
        }
        finally
        {
            stages.ForEach(stage => stage.Dispose());
        }

        return output;
    }

    public void Dispose() => EstateCache.Close(this);

    private void BuildStages(IReadOnlyList<Invocation> pipeline, List<PipelineStage> stages, bool hasInput, Action<CommandEvent> say)
    {
        PipelineStage? next = null;
        for (var i = pipeline.Count - 1; i >= 0; i--)
        {
            var name = pipeline[i].Command ?? throw new FormatException("A value can only start a pipeline.");
            if (!commands.TryGetValue(name, out var command)) throw new FormatException($"There is no command {name}.");
            var after = next;
            next = new PipelineStage(this, command, after is null ? value => say(new CommandEvent(CommandEventKind.Output, value)) : after.Process, say);
            stages.Insert(0, next);
            next.Bind(pipeline[i].Arguments, expectsInput: hasInput || i > 0);
        }
    }

    private static void Execute(List<PipelineStage> stages, IEnumerable<object?>? head)
    {
        stages.ForEach(stage => stage.Begin());
        if (head is null) stages[0].ProcessWithoutInput();
        else
        {
            foreach (var value in head) stages[0].Process(value!);
        }

        stages.ForEach(stage => stage.End());
    }
}
