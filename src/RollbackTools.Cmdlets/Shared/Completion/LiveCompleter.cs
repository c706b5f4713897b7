using System.Collections;
using System.Collections.Concurrent;
using System.Management.Automation;
using System.Management.Automation.Language;
using System.Management.Automation.Runspaces;
using System.Runtime.CompilerServices;
using RollbackTools.Cmdlets.Loading;

namespace RollbackTools.Cmdlets.Shared.Completion;

/// <summary>
/// Tab completion from the live estate. It answers within <see cref="Patience"/> or not at all, remembers what it learned for
/// <see cref="Freshness"/>, and never complains: a Tab that fails is a Tab that does nothing.
/// </summary>
public abstract class LiveCompleter : IArgumentCompleter
{
    private static readonly ConditionalWeakTable<object, ConcurrentDictionary<string, Learned>> Memory = [];

    internal static TimeSpan Patience { get; } = TimeSpan.FromMilliseconds(700);

    internal static TimeSpan Freshness { get; } = TimeSpan.FromSeconds(5);

    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        var word = wordToComplete.Trim('\'', '"');
        var request = new CompletionRequest(Composition.Services, Runspace.DefaultRunspace, word, fakeBoundParameters, CurrentDirectory);
        return Suggest(request).Select(found => new CompletionResult(found.Text, found.Text, CompletionResultType.ParameterValue, found.Tooltip));
    }

    internal IReadOnlyList<Suggestion> Suggest(CompletionRequest request)
    {
        try
        {
            var key = $"{GetType().Name}\n{string.Join('\n', request.Bound.Keys.Cast<object>().Select(name => $"{name}={request.Bound[name]}").Order(StringComparer.Ordinal))}";
            var memory = Memory.GetValue(request.Session, _ => new ConcurrentDictionary<string, Learned>());
            var learned = memory.AddOrUpdate(
                key, _ => Learn(request), (_, known) => known.IsFresh(request.Services.Time) ? known : Learn(request));
            return Within(learned.Answer, Patience).Where(found => found.Matches(request.Word)).ToList();
        }
        catch (Exception)
        {
            return [];
        }
    }

    /// <summary>Everything there is to offer, in the order to offer it; what does not match the word is left out later.</summary>
    private protected abstract Task<IReadOnlyList<Suggestion>> FindAsync(CompletionRequest request, CancellationToken cancellation);

    /// <summary>One that takes too long goes on in the background: the next Tab has it.</summary>
    private static IReadOnlyList<Suggestion> Within(Task<IReadOnlyList<Suggestion>> answer, TimeSpan patience)
    {
#pragma warning disable VSTHRD002 // Completion has no asynchronous form, and the work runs on the thread pool.
        return answer.Wait(patience) ? answer.Result : [];
#pragma warning restore VSTHRD002
    }

    private static string CurrentDirectory()
    {
        using var shell = PowerShell.Create(RunspaceMode.CurrentRunspace);
        return shell.AddScript("$ExecutionContext.SessionState.Path.CurrentFileSystemLocation.ProviderPath").Invoke<string>()[0];
    }

    private Learned Learn(CompletionRequest request)
    {
        // On this thread: only it may ask PowerShell where we stand.
        var directory = new Lazy<string>(request.CurrentDirectory());
        var background = request with { CurrentDirectory = () => directory.Value };
        return new Learned(
            request.Services.Time.GetTimestamp(),
            Task.Run(async () =>
            {
                using var limit = new CancellationTokenSource(Freshness);
                return await FindAsync(background, limit.Token);
            }));
    }

    private sealed record Learned(long At, Task<IReadOnlyList<Suggestion>> Answer)
    {
        public bool IsFresh(TimeProvider time) => !Answer.IsFaulted && !Answer.IsCanceled && time.GetElapsedTime(At) < Freshness;
    }
}
