using System.Text.RegularExpressions;
using RollbackTools.Integrations.Kustomize;
using RollbackTools.Operations.Estate.Git;
using RollbackTools.Operations.Estate.Kustomize;
using RollbackTools.Operations.Git.Overlays;
using RollbackTools.Operations.Runs;
using RollbackTools.Tests.Practice.Kustomize;

namespace RollbackTools.Tests.Operations.Git;

/// <summary>
/// Overlays with bases and components and <c>images</c> in every form that Kustomize takes, made from a seed: what is read here and what a pin
/// leads to is what <c>kubectl kustomize</c> renders. All of them are rendered by one call.
/// </summary>
public sealed class KubectlImageAgreementTests : IDisposable
{
    private const int Cases = 80;
    private const string Digest = "sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

    private static readonly string[] Repositories = ["app", "team/app", "reg.example.com:5000/team/app", "localhost:5000/x", "my-agent"];
    private static readonly string[] Mirrors = ["mirror/app", "mirror.example.com:5000/app", "x"];
    private static readonly string[] Versions = ["", ":agent-1", ":1.0", $"@{Digest}", $":1.0@{Digest}"];

    private readonly GitSession _session = new();

    public void Dispose() => _session.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(20261201)]
    public async Task What_is_read_and_what_a_pin_leads_to_is_what_kubectl_renders(int seed)
    {
        KubectlKustomize.Need();
        Random random = new(seed);
        var samples = Enumerable.Range(0, Cases).Select(i => Sample.Make(i, random)).ToList();
        var files = samples.SelectMany(sample => sample.Files).ToDictionary();
        files["all/kustomization.yaml"] = "resources:\n" + string.Concat(samples.Select(sample => $"- ../{sample.Overlay}\n"));
        var before = await RenderAsync(files);
        _session.Host.Commit(files.Select(file => (file.Key, (string?)file.Value)));
        await using var estate = _session.Open(new() { EstateName = "prod" }, _ => { });
        var repository = await estate.Git.OpenAsync(_session.Host.Url, CancellationToken.None);
        var tip = (await repository.ReadBranchAsync("main", CancellationToken.None)).Tip;

        Dictionary<string, string> expected = [];
        var (pinned, refused) = (0, 0);
        foreach (var sample in samples)
        {
            var chain = await sample.ChainAsync(repository, tip);
            Assert.All(sample.Images, (image, i) => Assert.Equal(before[(sample.Overlay, i)], chain.Aggregate(image, (now, site) => ImageRule.Matches(site.Entry, now) ? Once(ImageRule.Apply(site.Entry, now)) : now)));

            var running = before[(sample.Overlay, random.Next(sample.Images.Count))];
            OverlayFiles overlay = new(repository, new KustomizeFiles(), tip, sample.Overlay);
            ImagePin pin = new() { Name = ImageRule.Repository(running), Running = running, Tag = "rolled-back", Add = true };
            IReadOnlyList<FileEdit> edits;
            try
            {
                edits = (await overlay.PinAllAsync([pin], null, CancellationToken.None))[0];
            }
            catch (RollbackException torn) when (torn.ErrorId == "AmbiguousImage")
            {
                refused++;
                continue;
            }

            pinned++;
            foreach (var (path, content) in overlay.Written) files[path] = System.Text.Encoding.UTF8.GetString(content.Span);
            foreach (var (image, i) in sample.Images.Select((image, i) => (image, i)))
            {
                // Who is decided by an entry goes with it; an entry that is added is about all images of the name.
                var decider = Decider(chain, image);
                var goes = edits.Any(edit => edit.Index is null ? ImageRule.Repository(before[(sample.Overlay, i)]) == pin.Name : decider is not null && (decider.Path, decider.Index) == (edit.Path, edit.Index));
                if (before[(sample.Overlay, i)] == running) Assert.True(goes, $"{running} of {sample} is not what {string.Join(", ", edits.Select(edit => edit.Path))} decides");
                expected[$"{sample.Overlay} {i}"] = goes ? $"{ImageRule.Repository(before[(sample.Overlay, i)])}:rolled-back" : before[(sample.Overlay, i)];
            }
        }

        var after = await RenderAsync(files);
        Assert.Equal(expected, after.Where(pair => expected.ContainsKey($"{pair.Key.Item1} {pair.Key.Item2}")).ToDictionary(pair => $"{pair.Key.Item1} {pair.Key.Item2}", pair => pair.Value));
        Assert.True(pinned > refused * 4, $"{refused} of {Cases} were refused as ambiguous");
    }

    private static ImageSite? Decider(IReadOnlyList<ImageSite> chain, string image)
    {
        ImageSite? decider = null, last = null;
        foreach (var site in chain.Where(site => ImageRule.Matches(site.Entry, image)))
        {
            image = ImageRule.Apply(site.Entry, image);
            last = site;
            if (site.Entry.HasVersion) decider = site;
        }

        return decider ?? (last?.Path.Contains("overlay", StringComparison.Ordinal) == true ? last : null);
    }

    // Kustomize 5.5 applies an entry to the kinds it knows twice, which for a suffix alone makes a difference.
    private static string Once(string image) => Regex.Replace(image, "(-fips)+", "-fips");

    private static async Task<Dictionary<(string, int), string>> RenderAsync(IReadOnlyDictionary<string, string> files)
    {
        var (documents, error) = await KubectlKustomize.BuildAsync(files, "all");
        Assert.True(documents is not null, error);
        return documents.SelectMany(document => document["spec"]!["template"]!["spec"]!["containers"]!.AsArray().Select((container, i) =>
            (Key: (((string)document["metadata"]!["name"]!).Replace('-', '/'), i), Image: Once((string)container!["image"]!)))).ToDictionary(pair => pair.Key, pair => pair.Image);
    }

    /// <summary>A base with a Deployment, up to two components, and an overlay.</summary>
    private sealed record Sample(string Overlay, IReadOnlyList<string> Images, IReadOnlyDictionary<string, string> Files)
    {
        public override string ToString() => string.Join('\n', Files.Select(file => $"{file.Key}:\n{file.Value}"));

        public static Sample Make(int number, Random random)
        {
            var root = $"c{number}";
            var repositories = Enumerable.Range(0, random.Next(1, 3)).Select(_ => Pick(random, Repositories)).ToList();
            List<string> images = [.. Enumerable.Range(0, random.Next(1, 4)).Select(_ => Pick(random, repositories) + Pick(random, Versions))];
            var components = random.Next(3);
            Dictionary<string, string> files = new()
            {
                [$"{root}/base/d.yaml"] = Deployment($"{root}-overlay", images),
                [$"{root}/base/kustomization.yaml"] = "resources:\n- d.yaml\n" + Entries(random, images, 0.5),
                [$"{root}/overlay/kustomization.yaml"] = "resources:\n- ../base\n"
                    + (components == 0 ? "" : "components:\n" + string.Concat(Enumerable.Range(0, components).Select(i => $"- ../comp{i}\n"))) + Entries(random, images, 0.6),
            };
            for (var i = 0; i < components; i++)
                files[$"{root}/comp{i}/kustomization.yaml"] = "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\n" + Entries(random, images, 1);
            return new Sample($"{root}/overlay", images, files);
        }

        /// <summary>All that is applied to what the base holds, in order: the longest way there is.</summary>
        public async Task<IReadOnlyList<ImageSite>> ChainAsync(IGitRepository repository, string commit)
        {
            KustomizeFiles reader = new();
            var layers = await OverlayLayers.ReadAsync(Overlay, async directory =>
                await repository.ReadFileAsync(commit, $"{directory}/kustomization.yaml", CancellationToken.None) is { } file
                    ? ($"{directory}/kustomization.yaml", reader.Read(directory, file.Content)) : null);
            return layers.Chains()[^1];
        }

        private static string Entries(Random random, List<string> images, double chance)
        {
            if (random.NextDouble() > chance) return "";
            return "images:\n" + string.Concat(Enumerable.Range(0, random.Next(1, 4)).Select(_ => Entry(random, Pick(random, images))));
        }

        private static string Entry(Random random, string image)
        {
            var name = random.Next(5) switch { 0 => image, 1 => Pick(random, Repositories), 2 when image.StartsWith("team/", StringComparison.Ordinal) => "team/.*", _ => ImageRule.Repository(image) };
            var rename = random.Next(4) == 0 ? $"  newName: {Pick(random, Mirrors)}\n" : "";
            var version = random.Next(6) switch
            {
                0 => "",
                1 => $"  digest: {Digest.Replace('a', 'b').Replace("shb", "sha", StringComparison.Ordinal)}\n",
                2 => "  newTag: ''\n  tagSuffix: -fips\n",
                3 => $"  newTag: both\n  digest: {Digest}\n",
                _ => $"  newTag: v{random.Next(3)}\n",
            };
            return $"- name: {name}\n{rename}{version}";
        }

        private static string Deployment(string name, List<string> images) => $$"""
            apiVersion: apps/v1
            kind: Deployment
            metadata: { name: {{name}} }
            spec:
              selector: { matchLabels: { app: {{name}} } }
              template:
                metadata: { labels: { app: {{name}} } }
                spec:
                  containers: [ {{string.Join(", ", images.Select((image, i) => $"{{ name: c{i}, image: \"{image}\" }}"))}} ]

            """;

        private static T Pick<T>(Random random, IReadOnlyList<T> of) => of[random.Next(of.Count)];
    }
}
