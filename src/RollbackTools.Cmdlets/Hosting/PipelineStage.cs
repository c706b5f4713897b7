using System.Management.Automation;
using RollbackTools.Cmdlets.Shared;

namespace RollbackTools.Cmdlets.Hosting;

/// <summary>One cmdlet at work in a runner's pipeline.</summary>
internal sealed class PipelineStage : IDisposable
{
    private readonly RollbackCmdlet cmdlet;
    private readonly ParameterBinder binder;
    private readonly RunnerEngine engine;

    public PipelineStage(CmdletRunner runner, CommandMetadata command, Action<object> output, Action<CommandEvent> say)
    {
        cmdlet = command.Create();
        binder = new ParameterBinder(command, cmdlet);
        engine = new RunnerEngine(runner, command, binder, output, say);
        cmdlet.Engine = engine;
    }

    public void Bind(IReadOnlyList<Argument> arguments, bool expectsInput) => binder.BindArguments(arguments, expectsInput);

    public void Begin() => cmdlet.Begin();

    public void ProcessWithoutInput() => cmdlet.Process();

    public void Process(object input)
    {
        if (binder.BindInput(input)) cmdlet.Process();
        else engine.WriteError(new CommandError
        {
            ErrorId = "InputObjectNotBound",
            Category = ErrorCategory.InvalidArgument,
            Message = "The input object cannot be bound to any parameters for the command.",
            Target = input,
            Exception = new ArgumentException($"{input?.GetType().Name ?? "null"} fits no parameter."),
        });
    }

    public void End() => cmdlet.End();

    /// <summary>Ctrl+C.</summary>
    public void Stop()
    {
        engine.Stop();
        cmdlet.Stop();
    }

    public void Dispose() => cmdlet.Dispose();
}
