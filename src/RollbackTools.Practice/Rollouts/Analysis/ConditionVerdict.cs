using System.Collections;
using RollbackTools.Practice.Rollouts.Analysis.Expressions;

namespace RollbackTools.Practice.Rollouts.Analysis;

/// <summary>A condition that could not be evaluated; the message is the measurement's.</summary>
internal sealed class ConditionException(string message) : Exception(message);

/// <summary>Successful, Failed or Inconclusive, by a metric's conditions.</summary>
internal static class ConditionVerdict
{
    /// <summary>Throws <see cref="ConditionException"/>.</summary>
    public static string Of(MetricView metric, object? result)
    {
        var good = metric.SuccessCondition is { } success ? Holds("successCondition", success, result) : (bool?)null;
        var bad = metric.FailureCondition is { } failure ? Holds("failureCondition", failure, result) : (bool?)null;
        return (good, bad) switch
        {
            (null, null) => "Successful",
            ({ } so, null) => so ? "Successful" : "Failed",
            (_, true) => "Failed",
            (null, false) or (true, false) => "Successful",
            _ => "Inconclusive",
        };
    }

    private static bool Holds(string which, string text, object? result)
    {
        try
        {
            return new Condition(text).Holds(result);
        }
        catch (FormatException wrong)
        {
            var why = result is null or ICollection { Count: 0 } ? "metric result is nil or empty: no data returned from the metric provider" : wrong.Message;
            throw new ConditionException($"could not evaluate {which} \"{text}\": {why}");
        }
    }
}
