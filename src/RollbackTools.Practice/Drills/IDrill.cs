namespace RollbackTools.Practice.Drills;

/// <summary>One way production breaks, and how it is rolled back. Run it as <c>drill NAME</c>.</summary>
public interface IDrill
{
    /// <summary>ESTATE/what-breaks, such as <c>tomoda/bad-image</c>.</summary>
    string Name { get; }

    /// <summary>The estate it breaks.</summary>
    string Estate => Name.Split('/')[0];

    /// <summary>One line for <c>drill --list</c>.</summary>
    string Summary { get; }

    /// <summary>
    /// Breaks it, rolls it back, proves it. Returns only when health was observed; throws <see cref="DrillFailedException"/>
    /// with the reason otherwise.
    /// </summary>
    Task RunAsync(DrillContext drill, CancellationToken cancellation);
}
