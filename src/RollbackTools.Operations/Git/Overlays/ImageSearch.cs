using RollbackTools.Operations.Estate.Kustomize;
using RollbackTools.Operations.Runs;

namespace RollbackTools.Operations.Git.Overlays;

/// <summary>An entry of <c>images</c> and where it stands: the file, and its place in that file's list.</summary>
public sealed record ImageSite(string Path, int Index, ImageEntry Entry)
{
    /// <summary>The sites of one file, in the order in which Kustomize applies them.</summary>
    public static IReadOnlyList<ImageSite> Of(string path, IReadOnlyList<ImageEntry> images) => [.. images.Select((image, i) => new ImageSite(path, i, image))];
}

/// <summary>The entries that decide an image. <see cref="Shadowed"/>: entries that set a version as well, without effect.</summary>
public sealed record ImageDecision(IReadOnlyList<ImageSite> Deciding, IReadOnlyList<ImageSite> Shadowed)
{
    /// <summary>What the image is called where the last file of a chain sees it: the name of an entry that is to be added there.</summary>
    public string Name { get; init; } = "";
}

/// <summary>
/// Finds the entries that decide an image's version by doing what Kustomize does: one entry after the other is applied to the image, from the
/// base it stands in up to the overlay, and the last that sets a tag or digest decides.
/// </summary>
public static class ImageSearch
{
    /// <summary>
    /// <paramref name="chains"/>: for each directory that may hold the image, all entries that are applied to it, in order. <paramref name="own"/> is the
    /// file in which an entry without a version is completed. Nothing deciding: no entry is about the image. Throws AmbiguousImage.
    /// </summary>
    public static ImageDecision Find(IReadOnlyList<IReadOnlyList<ImageSite>> chains, ImagePin pin, string own)
    {
        ArgumentNullException.ThrowIfNull(chains);
        ArgumentNullException.ThrowIfNull(pin);
        var name = pin.Name;
        var readings = chains.SelectMany(chain => Images(chain, pin).Distinct().Select(image => Reading.Of(chain, image))).Where(reading => reading.Last is not null).ToList();
        var found = (pin.Running is { } running ? ByImage(running, pin) : ByName(name)).Select(way => readings.Where(way).ToList()).FirstOrDefault(some => some.Count > 0) ?? [];
        var deciding = Deciding(found, own);
        if (deciding.Count > 1 && !IsOne(deciding, found)) throw Ambiguous(name, deciding);
        var unclear = found.Count == 0 && pin.Running is not null ? readings.Where(reading => ImageRule.Repository(reading.From) == ImageRule.Repository(name)).ToList() : [];
        if (unclear.Count > 0) throw Ambiguous(pin.Running!, [.. unclear.Select(reading => reading.Last!).Distinct()]);
        return new ImageDecision(deciding, [.. found.SelectMany(reading => reading.Versions).Distinct().Except(deciding)])
        {
            Name = ImageRule.Repository(found.Count > 0 ? found[0].To : name),
        };
    }

    // What manifests may say: the names that are asked about, and with the version that runs, for chains that change the name alone.
    private static IEnumerable<string> Images(IReadOnlyList<ImageSite> chain, ImagePin pin)
    {
        IEnumerable<string> names = chain.Select(site => site.Entry.Name).Prepend(pin.Name);
        if (pin.Running is not { } running) return names;
        var version = running[ImageRule.Repository(running).Length..];
        return names.Append(running).Concat(names.Select(name => ImageRule.Repository(name) + version));
    }

    // An image that runs is known to the letter, so nothing is guessed by parts of names: what makes it; what would change it if the manifests said it;
    // what makes what it is to become already; and what gives another image its name.
    private static IReadOnlyList<Func<Reading, bool>> ByImage(string running, ImagePin pin) =>
    [
        reading => reading.To == running,
        reading => reading.From == running,
        reading => reading.To == pin.ToString(),
        reading => ImageRule.Repository(reading.To) == ImageRule.Repository(pin.Name) && ImageRule.Repository(reading.From) != ImageRule.Repository(pin.Name),
    ];

    private static IReadOnlyList<Func<Reading, bool>> ByName(string name) =>
    [
        reading => reading.From == name,
        reading => reading.To == name || ImageRule.Repository(reading.To) == name,
        reading => ImageRule.Repository(reading.From) == name,
        reading => !name.Contains('/', StringComparison.Ordinal) && (LastPart(reading.From) == name || LastPart(reading.To) == name),
    ];

    private static List<ImageSite> Deciding(IReadOnlyList<Reading> found, string own)
    {
        var versions = found.Select(reading => reading.Decider).OfType<ImageSite>().Distinct().ToList();
        return versions.Count > 0 ? versions : [.. found.Select(reading => reading.Last).OfType<ImageSite>().Where(site => site.Path == own).Distinct()];
    }

    // The same image in several bases, at the same version: all of them are meant.
    private static bool IsOne(List<ImageSite> deciding, IReadOnlyList<Reading> found) =>
        found.Select(reading => ImageRule.Repository(reading.To)).Distinct().Count() == 1
        && deciding.Select(site => (site.Entry.NewTag, site.Entry.Digest)).Distinct().Count() == 1
        && deciding.Select(site => site.Path).Distinct().Count() == deciding.Count;

    private static RollbackException Ambiguous(string name, List<ImageSite> sites)
    {
        var files = sites.Select(site => site.Path).Distinct().ToList();
        var names = sites.Select(site => site.Entry.Name).Distinct().Count();
        return new RollbackException("AmbiguousImage",
            $"{string.Join(" and ", files)} {(files.Count == 1 ? "has" : "have")} {sites.Count} entries that '{name}' can mean: "
            + $"{string.Join(", ", sites.Select(site => names > 1 || sites.Count == 1 ? site.Entry.Name : $"{site.Entry} in {site.Path}"))}.")
        {
            Target = name,
            NextStep = names > 1 || sites.Count == 1 ? $"Write the whole name of one: {string.Join(" or ", sites.Select(site => site.Entry.Name).Distinct())}" : "Name the directory of one with -Overlay.",
        };
    }

    private static string LastPart(string image) => ImageRule.Repository(image) is var name ? name[(name.LastIndexOf('/') + 1)..] : "";

    /// <summary>What becomes of an image on its way, and by which entries.</summary>
    private sealed record Reading(string From, string To, IReadOnlyList<ImageSite> Applied)
    {
        public ImageSite? Last => Applied.Count == 0 ? null : Applied[^1];

        public IEnumerable<ImageSite> Versions => Applied.Where(site => site.Entry.HasVersion);

        public ImageSite? Decider => Versions.LastOrDefault();

        public static Reading Of(IReadOnlyList<ImageSite> chain, string image)
        {
            var from = image;
            List<ImageSite> applied = [];
            foreach (var site in chain.Where(site => ImageRule.Matches(site.Entry, image)))
            {
                image = ImageRule.Apply(site.Entry, image);
                applied.Add(site);
            }

            return new Reading(from, image, applied);
        }
    }
}
